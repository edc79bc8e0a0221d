#include "report/text/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/form/names.h"
#include "report/form/notes.h"
#include "report/form/units.h"
#include "report/text/address_bar.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::panic:
      return Paint::alert;
    case Severity::warning:
      return Paint::yellow;
    case Severity::info:
      return Paint::plain;
    case Severity::debug:
      return Paint::faint;
  }
  return Paint::plain;
}

void write_field(Page& page, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  page.paragraph(fmt::format("  {:<13} ", name), page.foreign(text));
}

std::size_t findings_of(const boot::Outcome& outcome) {
  std::size_t count = 0;
  for (const boot::CheckReport& c : outcome.checks) count += c.findings.size();
  return count;
}

void write_check_alarm(Page& page, const boot::Outcome& outcome) {
  if (findings_of(outcome) == 0) return;
  page.blank();
  page.line(fmt::format("{} {}, under Checks", page.glyph("✖", "!!"),
                        counted(findings_of(outcome), "finding")),
            Paint::alert);
}

// Warnings and the panic, before anything else.
void write_alarms(Page& page, const boot::Outcome& outcome) {
  std::size_t warnings = 0;
  for (const Event& e : outcome.events) warnings += e.severity == Severity::warning;
  if (outcome.panicked) {
    page.blank();
    page.line(fmt::format("{} The boot stopped here; what comes later is missing below.",
                          page.glyph("✖", "!!")),
              Paint::alert);
    if (!outcome.events.empty()) {
      const Event& last = outcome.events.back();
      write_field(page, "panic", last.text);
      write_field(page, "in", last.step);
      if (last.range) write_field(page, "range", span(*last.range));
      write_field(page, "by rule", to_string(last.rule));
    }
  }
  write_check_alarm(page, outcome);
  if (warnings == 0) return;
  page.blank();
  page.line(fmt::format("{} {}", page.glyph("▲", "!"), counted(warnings, "warning")),
            Paint::yellow);
  constexpr std::size_t kShown = 12;
  std::size_t shown = 0;
  for (const Event& e : outcome.events) {
    if (e.severity != Severity::warning || shown++ >= kShown) continue;
    page.paragraph("  - ", page.foreign(e.step.empty() ? e.text : e.step + ": " + e.text),
                   Paint::yellow);
  }
  if (warnings > kShown)
    page.line(fmt::format("    and {} more, under Events", warnings - kShown), Paint::faint);
}

}  // namespace

// What was assumed is one row, however much that is; what else there is to tell, a row each.
void write_notes(Page& page, const std::vector<std::string>& notes) {
  const SortedNotes sorted = sorted_notes(notes);
  write_field(page, "assumed", sorted.assumed);
  for (const std::string& note : sorted.others) write_field(page, "note", note);
}

void write_subject(Page& page, const boot::Subject& subject) {
  page.paragraph("", page.foreign(fmt::format("{} ({})", subject.source, subject.format)),
                 Paint::strong);
  write_field(page, "kernel",
              subject.kernel_verified ? subject.kernel
                                      : fmt::format("{}; {}", subject.kernel, kNotVerified));
  write_field(page, "command line",
              subject.command_line.empty() ? "(empty)" : subject.command_line);
  write_notes(page, subject.notes);
}

void write_head(Page& page, const boot::Outcome& outcome, const account::Ledger& ledger) {
  const boot::Subject& s = outcome.subject;
  std::string title = page.foreign(s.source.empty() ? "memory map" : s.source);
  if (!s.format.empty()) title += " (" + page.foreign(s.format) + ")";
  page.paragraph("", title, Paint::strong);
  std::string kernel = s.kernel;
  if (!s.kernel_origin.empty()) kernel += (kernel.empty() ? "from " : ", from ") + s.kernel_origin;
  if (!s.kernel_verified) kernel += fmt::format("; {}", kNotVerified);
  write_field(page, "kernel", kernel);
  write_field(page, "command line", s.command_line.empty() ? "(empty)" : s.command_line);
  write_field(page, "policy", s.policy);
  const boot::Totals& t = outcome.totals;
  std::string memory;
  if (ledger.installed) memory = human_size(*ledger.installed) + " plugged in, ";
  memory += fmt::format("{} in the firmware's map", human_size(t.firmware_ram));
  if (t.memory != 0)
    memory += fmt::format(", {} in memblock, {} of it reserved", human_size(t.memory),
                          human_size(t.reserved));
  const std::uint64_t free = t.free_pages << kPageShift;
  if (outcome.deferred && t.memory - t.reserved > free) {
    // What is set up later is user space's all the same.
    memory += fmt::format(", {} free, of which {} at the hand-over",
                          human_size(t.memory - t.reserved), human_size(free));
  } else if (!outcome.state.node_states.empty()) {
    memory += fmt::format(", {} free at the hand-over", human_size(free));
  }
  write_field(page, "RAM", memory);
  if (t.mem_total_kib) {
    write_field(page, "MemTotal",
                fmt::format("{} kB ({})", *t.mem_total_kib, human_size(*t.mem_total_kib << 10)));
  }
  write_field(page, "set aside", set_aside(ledger));
  write_field(page, "largest loss", largest_loss(ledger));
  if (outcome.log) write_log(page, *outcome.log);
  write_notes(page, s.notes);
  write_alarms(page, outcome);
}

namespace {

// What a plugin changed is told with its name and reason; what it said stands for itself.
std::string text_of(const Event& e) {
  return e.by.find(": ") == std::string::npos ? e.text : e.text + " (" + e.by + ")";
}

}  // namespace

void write_events(Page& page, const boot::Outcome& outcome) {
  if (outcome.events.empty()) return;
  std::size_t hidden = 0;
  std::size_t step_width = 0;
  const std::size_t widest = page.style().width < 100 ? 24 : 36;
  for (const Event& e : outcome.events) {
    if (e.severity == Severity::debug) {
      ++hidden;
    } else {
      step_width = std::max(step_width, std::min(widest, text_width(page.foreign(e.step))));
    }
  }
  page.heading(
      "Events",
      fmt::format("{}{}", counted(outcome.events.size(), "event"),
                  hidden == 0 ? "" : fmt::format(", {} of level debug not shown", hidden)));
  std::string before;
  for (const Event& e : outcome.events) {
    if (e.severity == Severity::debug) continue;
    const std::string step = cut(page.foreign(e.step), step_width, page.charset());
    const std::string_view mark = e.severity == Severity::panic     ? page.glyph("✖", "!")
                                  : e.severity == Severity::warning ? page.glyph("▲", "!")
                                                                    : " ";
    const std::string shown = step == before ? "" : step;
    before = step;
    const std::string pad(step_width - text_width(shown), ' ');
    page.paragraph(fmt::format("{} {}{}  ", mark, shown, pad), page.foreign(text_of(e)),
                   paint_of(e.severity));
  }
}

void write_checks(Page& page, const boot::Outcome& outcome) {
  if (outcome.checks.empty()) return;
  page.heading("Checks", counted(findings_of(outcome), "finding"));
  for (const boot::CheckReport& c : outcome.checks) {
    const std::string name = page.foreign(c.name);
    if (c.findings.empty()) page.line(fmt::format("  {}: nothing found", name));
    for (const boot::Finding& f : c.findings) {
      const std::string where = f.step.empty() ? "at the end" : "in " + f.step;
      page.paragraph(fmt::format("{} {} ", page.glyph("✖", "!"), name),
                     page.foreign(fmt::format("{}, {}: {}", f.rule, where, f.text)), Paint::red);
    }
  }
}

std::string to_text(const boot::Outcome& outcome, const TextStyle& style) {
  TextStyle within = style;
  within.width = std::clamp(style.width, kMinWidth, kMaxWidth);
  Page page(within);
  const std::vector<account::Piece> pieces = account::memory_use(outcome);
  const account::Ledger ledger = account::ledger(outcome, pieces);
  write_head(page, outcome, ledger);
  if (!pieces.empty()) {
    page.heading("Physical address space",
                 fmt::format("0 to {}, not to scale", human_size(raw(pieces.back().range.end()))));
    write_address_bar(page, pieces);
  }
  write_ledger(page, ledger, LedgerAside::shares);
  write_e820(page, outcome);
  write_memory(page, outcome);
  write_reserved(page, outcome);
  write_zones(page, outcome);
  write_free_blocks(page, outcome);
  write_page_tables(page, outcome);
  write_fixmap(page, outcome);
  write_checks(page, outcome);
  write_events(page, outcome);
  return std::move(page).take();
}

}  // namespace memmap::report
