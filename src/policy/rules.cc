#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/suggest.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "policy/compile.h"
#include "policy/policy.h"

namespace memmap::policy {
namespace {

using input::Document;
using input::DocumentFaults;
using input::Fields;
using input::ValueId;

constexpr std::array<std::string_view, 5> kRuleKeys{"rule", "name", "why", "when", "severity"};
constexpr std::array<std::string_view, 2> kLevels{"error", "warning"};

template <class Visit>
void each_expression(const Expression& e, const Visit& visit) {
  visit(e);
  for (const Expression& operand : e.operands) each_expression(operand, visit);
}

// Where byte `at` of a scalar's text stands. In quotes, and of a text that stands on several lines, the
// source may spell it longer: the scalar as a whole is pointed at then.
Error error_in(const Document& document, ValueId id, const Mistake& mistake) {
  Error out = document.error(id, mistake.message);
  const std::string_view text = document.text(id);
  std::size_t column = out.origin.column;
  if (column == 0 || column > out.line_text.size()) return out;
  const char first = out.line_text[column - 1];
  if (first == '"' || first == '\'') ++column;
  if (out.line_text.compare(column - 1, text.size(), text) != 0) return out;
  out.origin.column = column + mistake.at;
  out.caret_length = std::max<std::size_t>(mistake.length, 1);
  return out;
}

class RuleReader {
 public:
  RuleReader(const Document& document, DocumentFaults& faults)
      : document_(document), faults_(faults) {}

  void list(ValueId id) {
    if (document_.size(id) > limit_of(Limit::rules)) {
      faults_.at(id, "too many rules: " + beyond(Limit::rules, document_.size(id)));
      return;
    }
    for (ValueId one = document_.first(id); one != input::kNoValue; one = document_.next(one))
      rule(one);
  }
  Rules take() { return std::move(rules_); }

 private:
  void rule(ValueId id) {
    if (document_.kind(id) == input::ValueKind::scalar) {
      Rule out{.text = std::string(document_.text(id)), .origin = document_.origin(id)};
      out.name = out.text;
      out.holds = compiled(id);
      if (out.holds) rules_.rules.push_back(std::move(out));
      return;
    }
    const Fields fields(document_, id, "a rule", kRuleKeys, faults_);
    if (document_.kind(id) != input::ValueKind::map) return;
    const auto text = fields.require("rule");
    if (!text || !fields.text("rule")) return;
    Rule out{.text = std::string(document_.text(*text)), .origin = document_.origin(*text)};
    out.name = fields.text("name").value_or(out.text);
    out.why = fields.text("why").value_or("");
    if (const auto level = fields.choice("severity", kLevels))
      out.level = static_cast<Level>(*level);
    out.holds = compiled(*text);
    if (const auto when = fields.find("when"); when && fields.text("when"))
      out.when = compiled(*when);
    if (out.holds) rules_.rules.push_back(std::move(out));
  }

  std::shared_ptr<const Expression> compiled(ValueId id) {
    auto made = compile(document_.text(id));
    if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&made)) {
      for (const Mistake& m : *mistakes) faults_.add(error_in(document_, id, m));
      return nullptr;
    }
    const auto& out = std::get<std::shared_ptr<const Expression>>(made);
    each_expression(*out, [&](const Expression& e) {
      if (e.op != Op::unchanged) return;
      const auto known = std::ranges::find(rules_.baselines, e.baseline, &Baseline::path);
      if (known == rules_.baselines.end())
        rules_.baselines.push_back({e.baseline, document_.origin(id), nullptr});
    });
    return out;
  }

  const Document& document_;
  DocumentFaults& faults_;
  Rules rules_{};
};

bool has_op(const std::shared_ptr<const Expression>& e, std::initializer_list<Op> ops) {
  bool out = false;
  if (e) {
    each_expression(*e, [&](const Expression& part) {
      out = out || std::ranges::find(ops, part.op) != ops.end();
    });
  }
  return out;
}

bool over_slots(const Rule& rule) {
  return has_op(rule.holds, {Op::every_slot, Op::some_slot}) ||
         has_op(rule.when, {Op::every_slot, Op::some_slot});
}

}  // namespace

std::string_view name_of(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::string_view name_of(Answer answer) {
  switch (answer) {
    case Answer::passed:
      return "passed";
    case Answer::failed:
      return "failed";
    case Answer::skipped:
      return "skipped";
  }
  return {};
}

bool Rules::asks_for_slots() const { return std::ranges::any_of(rules, over_slots); }

bool goes_over_boots(const Rule& rule) {
  return over_slots(rule) || has_op(rule.holds, {Op::unchanged});
}

std::vector<std::uint64_t> sizes_in(const Rule& rule) {
  std::vector<std::uint64_t> out;
  each_expression(*rule.holds, [&](const Expression& e) {
    const bool known = std::ranges::find(out, e.value) != out.end();
    if (e.op == Op::literal && e.type == Type::bytes && e.value != 0 && !known)
      out.push_back(e.value);
  });
  return out;
}

Result<Rule> read_rule(const std::string& name, std::string_view text) {
  auto made = compile(text);
  if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&made)) {
    Errors errors;
    for (const Mistake& m : *mistakes) {
      errors.push_back({.message = m.message,
                        .origin = {.file = name, .line = 1, .column = m.at + 1},
                        .line_text = std::string(text),
                        .caret_length = std::max<std::size_t>(m.length, 1)});
    }
    return errors;
  }
  Rule out{.text = std::string(text), .name = std::string(text), .origin = {.file = name}};
  out.holds = std::get<std::shared_ptr<const Expression>>(std::move(made));
  return out;
}

Rules read_rules(const Document& document, ValueId list, DocumentFaults& faults) {
  RuleReader reader(document, faults);
  reader.list(list);
  return reader.take();
}

Status read_baselines(Rules& rules,
                      const std::function<Result<std::string>(const Baseline& baseline)>& read) {
  Errors errors;
  for (Baseline& baseline : rules.baselines) {
    const auto bytes = read(baseline);
    if (!bytes) {
      append(errors, bytes.errors());
      continue;
    }
    auto view = diff::read_view(baseline.path, *bytes);
    if (view) {
      baseline.view = std::make_shared<const diff::View>(*std::move(view));
    } else {
      append(errors, view.errors());
    }
  }
  if (!errors.empty()) return errors;
  return Done{};
}

}  // namespace memmap::policy
