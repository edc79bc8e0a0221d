#include "sweep/row_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "diff/view.h"
#include "facts/facts.h"

namespace memmap::sweep {
namespace {

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

void add_keys(const Plan& plan, const Combination& c, Row& row) {
  const auto set = [&](Key key, std::optional<std::string> value) {
    row.keys[static_cast<std::size_t>(key)] = std::move(value);
  };
  set(Key::machine, plan.machine(c).name);
  set(Key::kernel, plan.kernel_name(c));
  set(Key::config, unless_empty(plan.config(c).name));
  set(Key::plugins, unless_empty(plan.plugins(c).name));
  set(Key::command_line, plan.command_line(c));
  set(Key::append, unless_empty(plan.append(c)));
}

}  // namespace

std::string in_one_line(const Errors& errors) {
  std::string out;
  for (const Error& error : errors) out += (out.empty() ? "" : "; ") + error.message;
  return out;
}

Status Judge::judge(const Booted& booted, Row& row) const {
  const boot::Outcome& outcome = booted.outcome;
  if (outcome.panicked) row.panic = outcome.events.back().text;
  for (const auto& fact : facts::facts()) row.facts.push_back(fact.of(outcome));

  Errors faults;
  policy::Subject subject{.outcome = outcome};
  subject.every_slot = [&](const policy::Subject::Look& look) {
    Status looked = booted.every_slot(look);
    if (!looked) append(faults, looked.errors());
    return looked;
  };
  if (as_result_) subject.view = [&] { return diff::read_view("boot", as_result_(outcome)); };
  for (const policy::Rules& rules : rules_) {
    for (const policy::Verdict& verdict : policy::evaluate(rules, subject)) {
      if (verdict.answer != policy::Answer::failed) continue;
      if (verdict.fails()) row.end = End::failed;
      row.failures.push_back(
          {verdict.rule->text, std::string(policy::name_of(verdict.rule->level)), verdict.actual});
    }
  }
  row.selected = std::ranges::all_of(selects_, [&](const policy::Rule& rule) {
    return policy::holds(rule, subject).value_or(false);
  });
  if (!faults.empty()) return faults;
  return Done{};
}

Row make_row(const Plan& plan, Boots& boots, const Judge& judge, const Combination& c) {
  Row row{.index = c.index};
  add_keys(plan, c, row);
  std::string fault;
  const Status booted = boots.boot(c, [&](const Booted& b) {
    row.slot = b.slot;
    if (b.slot) row.keys[static_cast<std::size_t>(Key::slot)] = fmt::format("{:#x}", raw(*b.slot));
    if (const Status judged = judge.judge(b, row); !judged) fault = in_one_line(judged.errors());
  });
  if (!booted) fault = in_one_line(booted.errors());
  if (!fault.empty()) {
    row.end = End::error;
    row.error = std::move(fault);
  }
  return row;
}

}  // namespace memmap::sweep
