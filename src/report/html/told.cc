// Sections of a page about what happened: the steps, the log, checks, events.
#include <fmt/format.h>

#include <algorithm>

#include "report/form/names.h"
#include "report/form/units.h"
#include "report/html/sections.h"

namespace memmap::report {
namespace {

using Kind = HtmlColumnKind;

// `+3 −1 ranges`; empty: nothing changed.
template <class Row>
std::string change_words(const account::ListChange<Row>& change) {
  if (change.empty()) return {};
  std::string out;
  if (!change.come.empty()) out += fmt::format("+{}", grouped(change.come.size()));
  if (!change.gone.empty())
    out += fmt::format("{}−{}", out.empty() ? "" : " ", grouped(change.gone.size()));
  return out;
}

std::string_view style_of(Severity severity) {
  switch (severity) {
    case Severity::panic:
      return "panic";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "";
    case Severity::debug:
      return "faint";
  }
  return "";
}

void write_log(Html& html, const boot::LogComparison& log) {
  if (log.statements == 0) return;
  html.section("log", "Log",
               fmt::format("{} agrees in {} of {}", log.name, log.agree,
                           counted(log.agree + log.differ.size(), "statement")));
  if (!log.differ.empty()) {
    HtmlTable table{.id = "log",
                    .caption = "Statements of the log that this boot does not agree with",
                    .columns = {{"line", Kind::number}, {"the log says"}, {"memmap"}, {"reason"}}};
    for (const boot::LogDifference& d : log.differ)
      table.rows.push_back(
          {{fmt::format("{}", d.line)}, {d.says, "code"}, {d.memmap, "code"}, {d.reason}});
    html.table(table);
  }
  html.close("section");
}

void write_checks(Html& html, const std::vector<boot::CheckReport>& checks) {
  if (checks.empty()) return;
  HtmlTable table{.id = "checks",
                  .caption = "What the checks that looked on found",
                  .columns = {{"check"}, {"rule"}, {"step"}, {"finding"}}};
  for (const boot::CheckReport& c : checks) {
    if (c.findings.empty()) table.rows.push_back({{c.name}, {"–"}, {"–"}, {"nothing found"}});
    for (const boot::Finding& f : c.findings)
      table.rows.push_back({{c.name},
                            {f.rule, "code"},
                            {f.step.empty() ? "at the end" : f.step, "code"},
                            {f.text, "panic"}});
  }
  html.section("checks", "Checks").table(table).close("section");
}

void write_events(Html& html, const Events& events) {
  const auto all = static_cast<std::size_t>(
      std::ranges::count_if(events, [](const Event& e) { return e.severity != Severity::debug; }));
  if (all == 0) return;
  HtmlTable table{.id = "events",
                  .caption = "What the simulated kernel says, in order",
                  .columns = {{"step"}, {"severity"}, {"event"}},
                  .all = all};
  for (const Event& e : events) {
    if (e.severity == Severity::debug) continue;
    if (table.rows.size() == kHtmlRows) break;
    const bool plain = e.by.find(": ") == std::string::npos;
    table.rows.push_back({{e.step, "code"},
                          {std::string(severity_name(e.severity)), style_of(e.severity)},
                          {plain ? e.text : e.text + " (" + e.by + ")", style_of(e.severity)}});
  }
  html.section("events", "Events",
               events.size() == all
                   ? counted(all, "event")
                   : fmt::format("{}, {} of level debug not shown", counted(events.size(), "event"),
                                 grouped(events.size() - all)));
  html.table(table).close("section");
}

}  // namespace

void write_html_steps(Html& html, const PageSubject& s) {
  HtmlTable table{.id = "steps",
                  .caption =
                      "Steps of the boot that changed something or said something; ranges "
                      "that came (+) and went (−)",
                  .columns = {{"kernel function"},
                              {"step", Kind::number},
                              {"called by"},
                              {"in"},
                              {"e820 table", Kind::number},
                              {"memory", Kind::number},
                              {"reserved", Kind::number},
                              {"calls of memblock", Kind::number},
                              {"events", Kind::number}}};
  for (const account::StepChange& c : s.steps) {
    if (!c.tells()) continue;
    table.rows.push_back({{std::string(c.step->function), "code"},
                          {fmt::format("{}", table.rows.size() + 1)},
                          {std::string(c.step->phase), "code"},
                          {std::string(c.step->file), "code"},
                          {change_words(c.e820)},
                          {change_words(c.memory)},
                          {change_words(c.reserved)},
                          {c.calls == 0 ? "" : grouped(c.calls)},
                          {c.events == 0 ? "" : grouped(c.events)}});
  }
  if (table.rows.empty()) return;
  html.section("steps", "Step by step",
               fmt::format("{} of {} steps tell something", table.rows.size(), s.steps.size()));
  html.raw("<div id=\"player\" hidden=\"hidden\"></div>\n");
  html.table(table).close("section");
}

void write_html_told(Html& html, const boot::Outcome& outcome) {
  if (outcome.log) write_log(html, *outcome.log);
  write_checks(html, outcome.checks);
  write_events(html, outcome.events);
}

}  // namespace memmap::report
