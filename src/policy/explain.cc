#include "policy/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "base/number.h"
#include "machine/e820_words.h"

namespace memmap::policy {
namespace {

using boot::Outcome;
using boot::Owned;

constexpr std::size_t kMost = 3;  // of pieces, events, rows that are told

std::string size_words(Wide value) {
  const bool negative = value < 0;
  const auto bytes = static_cast<std::uint64_t>(negative ? -value : value);
  std::string out = number_with_unit(bytes);
  if (out.starts_with("0x") || (bytes >= kGiB && bytes % kGiB != 0)) {
    out = bytes >= kGiB   ? fmt::format("{:.2f}G", static_cast<double>(bytes) / kGiB)
          : bytes >= kMiB ? fmt::format("{:.2f}M", static_cast<double>(bytes) / kMiB)
                          : fmt::format("{:.2f}K", static_cast<double>(bytes) / kKiB);
    out += fmt::format(" ({} bytes)", bytes);
  }
  return negative ? "-" + out : out;
}

std::string amount_words(Wide value, Type type) {
  if (type == Type::bytes) return size_words(value);
  if (type == Type::address) return fmt::format("{:#x}", static_cast<std::uint64_t>(value));
  return fmt::format("{}", static_cast<std::int64_t>(value));
}

std::string place_words(PhysRange range) {
  return fmt::format("{:#x}-{:#x} ({})", raw(range.base()), raw(range.end()) - 1,
                     size_words(range.size()));
}

std::string noun_words(const Expression& e) {
  switch (e.noun) {
    case Noun::thing:
      return fmt::format("`{}`", e.thing->name);
    case Noun::owner:
      return fmt::format("owner \"{}\"", e.name);
    default:
      return fmt::format("`{}`", e.text);
  }
}

void add(std::string& out, const std::string& more, std::string_view between = "; ") {
  if (more.empty() || out.find(more) != out.npos) return;
  out += (out.empty() ? "" : std::string(between)) + more;
}

// `said by reserve_crashkernel(), kernel/crash_reserve.c`
std::string source_of(const Event& event) {
  const std::string rule = to_string(event.rule);
  std::string out = rule.empty() ? event.step + "()" : rule;
  if (!event.by.empty()) out += " (" + event.by + ")";
  return out;
}

class Explainer {
 public:
  explicit Explainer(Verdict& verdict) : verdict_(verdict) {}

  // `e` is not `wanted`.
  void explain(const Expression& e, const Scope& scope, bool wanted) {
    switch (e.op) {
      case Op::both:
      case Op::either:
        for (const Expression& operand : e.operands)
          if (truth(operand, scope) != wanted) explain(operand, scope, wanted);
        break;
      case Op::not_:
        explain(e.operands[0], scope, !wanted);
        break;
      case Op::every_node:
      case Op::some_node:
      case Op::every_zone:
      case Op::some_zone:
        in_turn(e, scope, wanted);
        break;
      case Op::every_slot:
      case Op::some_slot:
        in_slots(e, scope, wanted);
        break;
      case Op::unchanged:
        changes(e, scope);
        break;
      case Op::some:
      case Op::none:
        how_much(e.operands[0], scope);
        break;
      case Op::lies_in:
      case Op::avoids:
      case Op::begins_at:
      case Op::covers:
        where(e, scope);
        break;
      default:
        sides(e, scope);
    }
  }

 private:
  void say(const std::string& what) { add(verdict_.actual, where_ + what); }
  void because(const std::string& what) { add(verdict_.because, what); }

  void sides(const Expression& e, const Scope& scope) {
    for (const Expression& side : e.operands) leaves(side, scope);
    // What a compound comes to beside its parts.
    for (const Expression& side : e.operands) {
      if (side.operands.empty()) continue;
      if (const auto value = amount(side, scope))
        say(fmt::format("`{}` is {}", side.text, amount_words(*value, side.type)));
    }
  }

  void leaves(const Expression& e, const Scope& scope) {
    if (e.op == Op::fact || e.op == Op::amount) return how_much(e, scope);
    for (const Expression& operand : e.operands) leaves(operand, scope);
  }

  void how_much(const Expression& e, const Scope& scope) {
    const auto value = amount(e, scope);
    if (!value) {
      say(fmt::format("`{}` is not known{}", e.text, why_unknown(e, *scope.outcome)));
      return;
    }
    if (e.op == Op::amount && e.noun == Noun::events) return events(e, scope);
    const bool none = *value == 0;
    say(none && e.type != Type::count
            ? fmt::format("there is no `{}`", e.text)
            : fmt::format("`{}` is {}", e.text, amount_words(*value, e.type)));
    if (e.op == Op::fact) return came_of(e, *scope.outcome, none);
    const auto pieces = pieces_of(e, *scope.outcome, scope.turn, Part::filtered);
    told_pieces(pieces);
    who_has(e, *scope.outcome, pieces);
  }

  static std::string why_unknown(const Expression& e, const Outcome& outcome) {
    if (outcome.panicked) return ": the kernel panicked before";
    if (e.op == Op::fact && e.fact->name == "installed") return ": the machine does not tell it";
    if (e.op == Op::fact && e.fact->absent == facts::Absent::none) return ": there is none";
    if (e.filter.node || e.filter.zone) return ": there is no such node or zone";
    return "";
  }

  void events(const Expression& e, const Scope& scope) {
    std::size_t count = 0;
    for (const Event& event : scope.outcome->events) {
      if (!counts(e, event) || ++count > kMost) continue;
      say(fmt::format("\"{}\"", event.text));
      because(source_of(event));
    }
    if (count == 0) say(fmt::format("there is no {}", e.text));
    if (count > kMost) say(fmt::format("and {} more", count - kMost));
  }

  void told_pieces(const std::vector<PhysRange>& pieces) {
    for (std::size_t i = 0; i < std::min(pieces.size(), kMost); ++i) say(place_words(pieces[i]));
    if (pieces.size() > kMost) say(fmt::format("and {} more pieces", pieces.size() - kMost));
  }

  void where(const Expression& e, const Scope& scope) {
    auto pieces = pieces_of(e, *scope.outcome, scope.turn,
                            e.op == Op::lies_in ? Part::whole : Part::filtered);
    if (e.op == Op::avoids)
      std::erase_if(pieces, [&](PhysRange piece) { return !piece.overlaps(e.place); });
    if (e.op == Op::covers) return uncovered(e, scope);
    if (pieces.empty()) {
      say(fmt::format("there is no {}", noun_words(e)));
      came_of_nothing(e, *scope.outcome);
      return;
    }
    say(fmt::format("{} lies at {}", noun_words(e), place_words(pieces[0])));
    told_pieces({pieces.begin() + 1, pieces.end()});
    who_has(e, *scope.outcome, pieces);
  }

  // What the kernel's table has of the place instead.
  void uncovered(const Expression& e, const Scope& scope) {
    std::size_t told = 0;
    for (const E820Entry& entry : scope.outcome->state.e820.table.entries()) {
      const auto range = PhysRange::from_size(entry.addr, entry.size);
      if (!range || !range->overlaps(e.place)) continue;
      if (e.noun == Noun::e820 && entry.type == e.e820) continue;
      if (++told <= kMost)
        say(fmt::format("{} is {}", place_words(range->intersect(e.place)), e820_name(entry.type)));
    }
    if (told == 0) say("part of it is in no table");
    because("e820_table, arch/x86/kernel/e820.c");
  }

  // The owners of the pieces, by whom they were asked for.
  void who_has(const Expression& e, const Outcome& outcome, const std::vector<PhysRange>& pieces) {
    if (e.noun == Noun::direct_map) return because("init_mem_mapping(), arch/x86/mm/init.c");
    if (e.noun == Noun::e820) return because("e820_table, arch/x86/kernel/e820.c");
    std::size_t told = 0;
    for (const Owned& piece : outcome.owners) {
      const bool has =
          std::ranges::any_of(pieces, [&](PhysRange range) { return range.overlaps(piece.range); });
      if (!has || ++told > kMost) continue;
      because(piece.function.empty() ? piece.words
                                     : fmt::format("{}: {}()", piece.words, piece.function));
    }
  }

  void came_of(const Expression& e, const Outcome& outcome, bool none) {
    const std::string_view name = e.fact->name;
    if (name == "warnings" || name == "panics" || name == "events") {
      for (const Event& event : outcome.events) {
        const bool counts =
            name == "events" ||
            event.severity == (name == "panics" ? Severity::panic : Severity::warning);
        if (counts && verdict_.because.size() < 200)
          because(fmt::format("\"{}\": {}", event.text, source_of(event)));
      }
      return;
    }
    if (none) return came_of_nothing(e, outcome);
    const std::string_view thing = name.ends_with("_at") ? name.substr(0, name.size() - 3) : name;
    if (const facts::Thing* found = facts::thing_named(thing);
        found != nullptr && name != "memory" && name != "reserved")
      return who_has(e, outcome, found->of(outcome));
    for (const std::string_view sum : {"mem_total", "managed", "handed_over", "free", "lost"})
      if (name == sum) ledger(outcome);
  }

  // The parameter that asks for what is not there, or what the kernel says of it.
  void came_of_nothing(const Expression& e, const Outcome& outcome) {
    std::string_view name = e.op == Op::fact     ? e.fact->name
                            : e.thing != nullptr ? e.thing->name
                                                 : std::string_view(e.name);
    name = name.substr(0, name.find('_'));
    for (const Event& event : outcome.events) {
      if (event.severity >= Severity::warning &&
          (event.text.find(name) != event.text.npos || event.step.find(name) != event.step.npos))
        because(fmt::format("\"{}\": {}", event.text, source_of(event)));
    }
    if (!verdict_.because.empty() || (name != "crashkernel" && name != "cma" && name != "initrd"))
      return;
    if (name != "initrd" &&
        outcome.subject.command_line.find(fmt::format("{}=", name)) == std::string::npos)
      because(fmt::format("the command line has no {}=", name));
  }

  // What keeps most of the memory that MemTotal does not count.
  void ledger(const Outcome& outcome) {
    account::Ledger ledger = account::ledger(outcome, account::memory_use(outcome));
    std::erase_if(ledger.rows, [](const account::LedgerRow& row) {
      return row.stage == account::Stage::added || row.kept() == 0;
    });
    std::ranges::stable_sort(ledger.rows, std::greater{}, &account::LedgerRow::kept);
    for (std::size_t i = 0; i < std::min(ledger.rows.size(), kMost); ++i) {
      const account::LedgerRow& row = ledger.rows[i];
      because(fmt::format("{} keeps {}{}", row.what, size_words(row.kept()),
                          row.function.empty() ? "" : " (" + row.function + "())"));
    }
  }

  void in_turn(const Expression& e, const Scope& scope, bool wanted) {
    const bool every = e.op == Op::every_node || e.op == Op::every_zone;
    const std::vector<Turn> all = turns(e, *scope.outcome);
    if (all.empty()) return say("there are no nodes: the kernel came no further");
    for (const Turn& turn : all) {
      if (truth(e.operands[0], scope.at(turn)) == wanted) continue;
      std::string name = fmt::format("node {}", *turn.node);
      if (turn.zone) name += fmt::format(" {}", zones::name(*turn.zone));
      const std::string before = std::exchange(where_, where_ + name + ": ");
      explain(e.operands[0], scope.at(turn), wanted);
      where_ = before;
      if (every == wanted) return;  // one is enough
    }
  }

  void in_slots(const Expression& e, const Scope& scope, bool wanted) {
    if (!scope.subject.every_slot) return explain(e.operands[0], scope, wanted);
    std::size_t boots = 0;
    const Status done = scope.subject.every_slot([&](PhysAddr place, const Outcome& outcome) {
      ++boots;
      const Scope there = scope.with(outcome);
      if (truth(e.operands[0], there) == wanted) return true;
      if (boots > 1 && e.op == Op::some_slot)
        return true;  // the first stands for all, which are counted
      const std::string before =
          std::exchange(where_, where_ + fmt::format("with the kernel at {:#x}: ", raw(place)));
      explain(e.operands[0], there, wanted);
      where_ = before;
      return e.op == Op::some_slot;
    });
    if (!done) return say(fmt::format("a boot at a place failed: {}", done.errors()[0].message));
    if (e.op == Op::some_slot && wanted)
      say(fmt::format("and in none of {} places otherwise", boots));
  }

  void changes(const Expression& e, const Scope& scope) {
    const diff::Diff* const changed = difference(e, scope);
    if (changed == nullptr) {
      say(scope.view != nullptr && *scope.view && !**scope.view
              ? (*scope.view)->errors()[0].message
              : fmt::format("`{}` is not there to compare with", e.baseline));
      return;
    }
    std::size_t told = 0;
    for (const diff::StageChanges& stage : changed->stages) {
      for (const diff::Change& change : stage.changes) {
        if (++told > kMost) continue;
        say(change_words(stage, change));
        if (!change.by.empty()) because(change.by + "()");
      }
    }
    for (const diff::FigureChange& figure : changed->figures) {
      if (++told > kMost) continue;
      say(fmt::format("{}: {} was {}", figure.name, value_words(figure.new_value),
                      value_words(figure.old_value)));
    }
    for (const diff::Told& event : changed->only_new)
      if (++told <= kMost) say(fmt::format("new: \"{}\"", event.text));
    for (const diff::Told& event : changed->only_old)
      if (++told <= kMost) say(fmt::format("no more: \"{}\"", event.text));
    if (told > kMost) say(fmt::format("and {} more changes (`memmap diff`)", told - kMost));
    for (const std::string& name : changed->idle)
      because(fmt::format("`except \"{}\"` names nothing that is there", name));
  }

  static std::string value_words(std::optional<std::uint64_t> value) {
    return value ? fmt::format("{}", *value) : "none";
  }
  static std::string change_words(const diff::StageChanges& stage, const diff::Change& c) {
    const std::string what = c.what.empty() ? std::string(stage.title) : c.what;
    const std::string was = c.old_range ? place_words(*c.old_range) : "";
    const std::string now = c.new_range ? place_words(*c.new_range) : "";
    switch (c.kind) {
      case diff::Kind::turned:
        return fmt::format("{} {}: {} was {}", what, now, c.to.empty() ? "nothing" : c.to,
                           c.from.empty() ? "nothing" : c.from);
      case diff::Kind::moved:
        return fmt::format("{} moved from {} to {}", what, was, now);
      case diff::Kind::grew:
        return fmt::format("{} was {}, is {}", what, was, now);
      case diff::Kind::appeared:
        return fmt::format("{} appeared at {}", what, now);
      case diff::Kind::vanished:
        return fmt::format("{} at {} is gone", what, was);
    }
    return what;
  }

  Verdict& verdict_;
  std::string where_{};  // the node or place that is spoken of
};

}  // namespace

void explain(const Expression& e, const Scope& scope, Verdict& verdict) {
  Explainer(verdict).explain(e, scope, true);
}

}  // namespace memmap::policy
