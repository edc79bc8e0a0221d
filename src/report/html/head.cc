// The first screen of a page: what was assumed, where memory went, what is wrong.
#include <fmt/format.h>

#include <algorithm>

#include "report/form/names.h"
#include "report/form/notes.h"
#include "report/form/units.h"
#include "report/html/sections.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

constexpr std::size_t kMostWarnings = 12;
constexpr std::size_t kMostDifferences = 5;

void field(Html& html, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  html.element("dt", name).element("dd", text);
}

std::string kernel_words(const boot::Subject& s) {
  std::string out = s.kernel;
  if (!s.kernel_origin.empty()) out += (out.empty() ? "from " : ", from ") + s.kernel_origin;
  if (!s.kernel_verified) out += fmt::format("; {}", kNotVerified);
  return out;
}

std::string log_words(const boot::LogComparison& log) {
  const std::size_t known = log.agree + log.differ.size();
  if (known == 0) return {};
  std::string out = fmt::format("agrees in {} of {}", log.agree, counted(known, "statement"));
  if (log.unknown != 0)
    out += fmt::format("; {} more follow from what it does not tell", log.unknown);
  return out;
}

// Figures that people look for first, large.
void figures(Html& html, const PageSubject& s) {
  const boot::Totals& t = s.outcome.totals;
  const auto figure = [&](std::string_view name, std::uint64_t bytes) {
    html.open("li").element("b", human_size(bytes)).raw(" ").element("span", name).close("li");
  };
  html.open("ul", "class=\"figures\"");
  if (s.ledger.installed) figure("plugged in", *s.ledger.installed);
  figure("RAM in the firmware's map", t.firmware_ram);
  if (t.memory != 0) figure("in memblock", t.memory);
  if (t.memory != 0) figure("of it reserved", t.reserved);
  if (!s.outcome.state.node_states.empty())
    figure("free at the hand-over", t.free_pages << kPageShift);
  if (t.mem_total_kib) figure("MemTotal", *t.mem_total_kib << 10);
  html.close("ul");
}

void alarms(Html& html, const boot::Outcome& outcome) {
  if (outcome.panicked && !outcome.events.empty()) {
    const Event& last = outcome.events.back();
    html.open("p", "class=\"alarm panic\" role=\"alert\"");
    html.text(fmt::format("The boot stopped here; what comes later is missing below. {}{}",
                          last.step.empty() ? "" : last.step + "(): ", last.text));
    html.close("p");
  }
  std::size_t findings = 0;
  for (const boot::CheckReport& c : outcome.checks) findings += c.findings.size();
  if (findings != 0) {
    html.open("p", "class=\"alarm panic\"").raw("<a href=\"#checks\">");
    html.text(counted(findings, "finding")).raw("</a> of the checks").close("p");
  }
  const auto warnings = static_cast<std::size_t>(
      std::ranges::count(outcome.events, Severity::warning, &Event::severity));
  if (warnings == 0) return;
  html.open("div", "class=\"alarm\"").element("p", counted(warnings, "warning")).open("ul");
  std::size_t shown = 0;
  for (const Event& e : outcome.events) {
    if (e.severity != Severity::warning || shown++ >= kMostWarnings) continue;
    html.element("li", e.step.empty() ? e.text : e.step + "(): " + e.text);
  }
  if (warnings > kMostWarnings)
    html.element("li", fmt::format("and {} more, under Events", warnings - kMostWarnings));
  html.close("ul").close("div");
}

void differences(Html& html, const boot::LogComparison& log) {
  if (log.differ.empty()) return;
  html.open("div", "class=\"alarm\"").element("p", "What the log says otherwise").open("ul");
  for (std::size_t i = 0; i < std::min(log.differ.size(), kMostDifferences); ++i) {
    const boot::LogDifference& d = log.differ[i];
    html.open("li").text(fmt::format("line {}: ", d.line)).element("code", d.says);
    html.text(fmt::format("; memmap: {} ({})", d.memmap, d.reason)).close("li");
  }
  if (log.differ.size() > kMostDifferences)
    html.element("li", fmt::format("and {} more, under Log", log.differ.size() - kMostDifferences));
  html.close("ul").close("div");
}

}  // namespace

void write_html_head(Html& html, const PageSubject& s) {
  const boot::Subject& subject = s.outcome.subject;
  html.open("header", "id=\"top\"");
  html.element("h1", subject.source.empty() ? "memory map" : subject.source);
  figures(html, s);
  alarms(html, s.outcome);
  if (s.outcome.log) differences(html, *s.outcome.log);
  html.open("dl", "class=\"facts\"");
  field(html, "read as", subject.format);
  field(html, "kernel", kernel_words(subject));
  field(html, "command line", subject.command_line.empty() ? "(empty)" : subject.command_line);
  field(html, "policy", subject.policy);
  if (s.outcome.totals.mem_total_kib)
    field(html, "MemTotal", fmt::format("{} kB", *s.outcome.totals.mem_total_kib));
  field(html, "set aside", set_aside(s.ledger));
  field(html, "largest loss", largest_loss(s.ledger));
  if (s.outcome.log) field(html, "the log", log_words(*s.outcome.log));
  const SortedNotes notes = sorted_notes(subject.notes);
  field(html, "assumed", notes.assumed);
  for (const std::string& note : notes.others) field(html, "note", note);
  html.close("dl").close("header");
}

}  // namespace memmap::report
