#include "sweep/row_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/event.h"
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

void judge(const Booted& booted, Row& row) {
  const boot::Outcome& outcome = booted.outcome;
  for (const Event& event : outcome.events) row.warnings += event.severity == Severity::warning;
  if (outcome.panicked) row.panic = outcome.events.back().text;
  for (const boot::CheckReport& report : outcome.checks) row.findings += report.findings.size();
  for (const auto& fact : facts::facts()) row.facts.push_back(fact.of(outcome));
}

Row make_row(const Plan& plan, Boots& boots, const Combination& c) {
  Row row{.index = c.index};
  add_keys(plan, c, row);
  const Status booted = boots.boot(c, [&](const Booted& b) {
    row.slot = b.slot;
    if (b.slot) row.keys[static_cast<std::size_t>(Key::slot)] = fmt::format("{:#x}", raw(*b.slot));
    judge(b, row);
  });
  if (!booted) {
    row.end = End::error;
    row.error = in_one_line(booted.errors());
  }
  return row;
}

}  // namespace memmap::sweep
