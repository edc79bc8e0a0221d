#include "policy/evaluate.h"

#include <algorithm>

#include "policy/explain.h"

namespace memmap::policy {
namespace {

using boot::Outcome;
using Truth = std::optional<bool>;

// Kleene's: what decides does so whatever else nobody can tell.
class Joined {
 public:
  explicit Joined(bool decides) : decides_(decides) {}
  // False: it is decided, the rest need not be looked at.
  bool add(Truth one) {
    if (!one) unknown_ = true;
    if (one == decides_) decided_ = true;
    return !decided_;
  }
  Truth value() const {
    if (decided_) return decides_;
    return unknown_ ? std::nullopt : Truth(!decides_);
  }

 private:
  bool decides_;
  bool decided_ = false;
  bool unknown_ = false;
};

std::optional<Wide> arithmetic(const Expression& e, const Scope& scope) {
  const auto left = amount(e.operands[0], scope);
  const auto right = amount(e.operands[1], scope);
  if (!left || !right) return std::nullopt;
  Wide out = 0;
  const bool overflows = e.op == Op::add        ? __builtin_add_overflow(*left, *right, &out)
                         : e.op == Op::subtract ? __builtin_sub_overflow(*left, *right, &out)
                                                : __builtin_mul_overflow(*left, *right, &out);
  return overflows ? std::nullopt : std::optional<Wide>(out);
}

std::optional<Wide> percentage(const Expression& e, const Scope& scope) {
  const auto of = amount(e.operands[0], scope);
  Wide out = 0;
  if (!of || __builtin_mul_overflow(*of, Wide{e.value}, &out)) return std::nullopt;
  return out / 100'000;
}

Truth compared(const Expression& e, const Scope& scope) {
  const auto left = amount(e.operands[0], scope);
  const auto right = amount(e.operands[1], scope);
  if (!left || !right) return std::nullopt;
  switch (e.op) {
    case Op::less:
      return *left < *right;
    case Op::at_most:
      return *left <= *right;
    case Op::equal:
      return *left == *right;
    case Op::differs:
      return *left != *right;
    case Op::more:
      return *left > *right;
    default:
      return *left >= *right;
  }
}

std::uint64_t bytes_of(const std::vector<PhysRange>& pieces) {
  std::uint64_t out = 0;
  for (const PhysRange piece : pieces) out += piece.size();
  return out;
}

Truth lies_in(const Expression& e, const Scope& scope) {
  const std::uint64_t all = bytes_of(pieces_of(e, *scope.outcome, scope.turn, Part::whole));
  if (all == 0) return std::nullopt;
  return bytes_of(pieces_of(e, *scope.outcome, scope.turn, Part::filtered)) == all;
}

Truth avoids(const Expression& e, const Scope& scope) {
  return std::ranges::none_of(pieces_of(e, *scope.outcome, scope.turn, Part::filtered),
                              [&](PhysRange piece) { return piece.overlaps(e.place); });
}

Truth begins_at(const Expression& e, const Scope& scope) {
  const auto pieces = pieces_of(e, *scope.outcome, scope.turn, Part::filtered);
  const auto largest = std::ranges::max_element(pieces, {}, &PhysRange::size);
  if (largest == pieces.end()) return std::nullopt;
  return raw(largest->base()) == e.value;
}

Truth covers(const Expression& e, const Scope& scope) {
  std::uint64_t common = 0;
  for (const PhysRange piece : pieces_of(e, *scope.outcome, scope.turn, Part::filtered))
    common += piece.intersect(e.place).size();
  return common == e.place.size();
}

Truth over_turns(const Expression& e, const Scope& scope, bool every) {
  const std::vector<Turn> all = turns(e, *scope.outcome);
  if (all.empty()) return std::nullopt;
  Joined out(!every);
  for (const Turn& turn : all)
    if (!out.add(truth(e.operands[0], scope.at(turn)))) break;
  return out.value();
}

Truth over_slots(const Expression& e, const Scope& scope, bool every) {
  if (!scope.subject.every_slot) return truth(e.operands[0], scope);
  Joined out(!every);
  const Status done = scope.subject.every_slot([&](PhysAddr, const Outcome& outcome) {
    return out.add(truth(e.operands[0], scope.with(outcome)));
  });
  return done ? out.value() : std::nullopt;
}

// The node that things over zones are bound to; nullopt: all nodes.
std::optional<int> fixed_node(const Expression& e) {
  if (e.filter.each_zone && e.filter.node) return e.filter.node;
  for (const Expression& operand : e.operands)
    if (const auto node = fixed_node(operand)) return node;
  return std::nullopt;
}

Truth joined(const Expression& e, const Scope& scope, bool decides) {
  Joined out(decides);
  for (const Expression& operand : e.operands)
    if (!out.add(truth(operand, scope))) break;
  return out.value();
}

}  // namespace

std::optional<Wide> amount(const Expression& e, const Scope& scope) {
  switch (e.op) {
    case Op::literal:
      return Wide{e.value};
    case Op::fact:
      if (const auto value = e.fact->of(*scope.outcome)) return Wide{*value};
      // There is no place of what is not there.
      if (e.fact->absent == facts::Absent::none && e.type != Type::address) return Wide{0};
      return std::nullopt;
    case Op::amount:
      return amount_of(e, *scope.outcome, scope.turn);
    case Op::percent:
      return percentage(e, scope);
    default:
      return arithmetic(e, scope);
  }
}

Truth truth(const Expression& e, const Scope& scope) {
  switch (e.op) {
    case Op::lies_in:
      return lies_in(e, scope);
    case Op::avoids:
      return avoids(e, scope);
    case Op::begins_at:
      return begins_at(e, scope);
    case Op::covers:
      return covers(e, scope);
    case Op::some:
    case Op::none: {
      const auto value = amount(e.operands[0], scope);
      return value ? Truth((*value == 0) == (e.op == Op::none)) : std::nullopt;
    }
    case Op::unchanged: {
      const diff::Diff* const changed = difference(e, scope);
      return changed != nullptr ? Truth(!changed->differs()) : std::nullopt;
    }
    case Op::not_: {
      const Truth what = truth(e.operands[0], scope);
      return what ? Truth(!*what) : std::nullopt;
    }
    case Op::both:
      return joined(e, scope, false);
    case Op::either:
      return joined(e, scope, true);
    case Op::every_node:
    case Op::every_zone:
      return over_turns(e, scope, true);
    case Op::some_node:
    case Op::some_zone:
      return over_turns(e, scope, false);
    case Op::every_slot:
      return over_slots(e, scope, true);
    case Op::some_slot:
      return over_slots(e, scope, false);
    default:
      return compared(e, scope);
  }
}

std::vector<Turn> turns(const Expression& e, const Outcome& outcome) {
  std::vector<Turn> out;
  const auto node = fixed_node(e.operands[0]);
  for (const boot::NodeState& state : outcome.state.node_states) {
    if (state.present_pages == 0 || (node && *node != state.nid)) continue;
    if (e.op == Op::every_node || e.op == Op::some_node) {
      out.push_back({state.nid, std::nullopt});
      continue;
    }
    for (const boot::ZoneState& zone : state.zones)
      if (zone.zone.present_pages != 0) out.push_back({state.nid, zone.zone.type});
  }
  return out;
}

const diff::Diff* difference(const Expression& e, const Scope& scope) {
  if (scope.rules == nullptr || scope.view == nullptr || !*scope.view || !**scope.view)
    return nullptr;
  const auto baseline = std::ranges::find(scope.rules->baselines, e.baseline, &Baseline::path);
  if (baseline == scope.rules->baselines.end() || !baseline->view) return nullptr;
  const auto [made, anew] = scope.differences->try_emplace(&e);
  if (anew) {
    made->second =
        diff::diff(*baseline->view, ***scope.view, {.ignore = e.except, .bytes = e.tolerance});
  }
  return &made->second;
}

namespace {

void add_idle(const Expression& e, const Scope& scope, std::vector<std::string>& out) {
  for (const Expression& operand : e.operands) add_idle(operand, scope, out);
  if (e.op != Op::unchanged || e.except.empty()) return;
  const diff::Diff* const changed = difference(e, scope);
  if (changed != nullptr) out.insert(out.end(), changed->idle.begin(), changed->idle.end());
}

}  // namespace

std::vector<Verdict> evaluate(const Rules& rules, const Subject& subject) {
  std::optional<Result<diff::View>> view;
  if (rules.asks_for_view() && subject.view) view = subject.view();
  std::map<const Expression*, diff::Diff> differences;
  const Scope scope{.subject = subject,
                    .rules = &rules,
                    .outcome = &subject.outcome,
                    .view = &view,
                    .differences = &differences};
  std::vector<Verdict> out;
  out.reserve(rules.rules.size());
  for (const Rule& rule : rules.rules) {
    Verdict& verdict = out.emplace_back(Verdict{.rule = &rule});
    const Truth applies = rule.when ? truth(*rule.when, scope) : Truth(true);
    if (applies == false) {
      verdict.answer = Answer::skipped;
      continue;
    }
    add_idle(*rule.holds, scope, verdict.idle);
    if (!applies) {
      verdict.answer = Answer::failed;  // whether it has to hold nobody can tell
      explain(*rule.when, scope, verdict);
    } else if (truth(*rule.holds, scope) != true) {
      verdict.answer = Answer::failed;
      explain(*rule.holds, scope, verdict);
    }
  }
  return out;
}

Truth holds(const Rule& rule, const Subject& subject) {
  const std::optional<Result<diff::View>> view;
  const Scope scope{.subject = subject, .outcome = &subject.outcome, .view = &view};
  const Truth applies = rule.when ? truth(*rule.when, scope) : Truth(true);
  if (applies != true) return applies ? Truth(true) : std::nullopt;
  return truth(*rule.holds, scope);
}

}  // namespace memmap::policy
