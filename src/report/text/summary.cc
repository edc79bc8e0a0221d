// The first screen of the report: what was assumed, where memory went, what is wrong or without effect,
// what the log says otherwise.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/form/names.h"
#include "report/form/notes.h"
#include "report/form/units.h"
#include "report/table/ledger_lines.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

constexpr std::string_view kWithoutEffect = "command line: ";
constexpr std::size_t kNameWidth = 30;

// Of notes what the first screen has: how a kernel was chosen, what is not simulated; descriptions
// and origins of a scenario are told with all notes.
bool is_on_first_screen(std::string_view note) {
  return !note.starts_with("description: ") && !note.starts_with("origin: ") &&
         !note.starts_with(kWithoutEffect);
}

// `text` in three lines at most, the last with how to read on.
void write_short_field(Page& page, std::string_view name, const std::string& text) {
  const std::string_view more = " ... (--section notes)";
  const std::size_t room = 3 * (page.style().width - 16) - 32;
  const std::string shown = page.foreign(text);
  if (text_width(shown) <= room) return write_field(page, name, text);
  std::string head = cut(shown, room - more.size(), page.charset());
  const std::size_t end_of_one = head.rfind("; ");
  head.erase(std::min(end_of_one != head.npos ? end_of_one + 1 : head.rfind(' '), head.size()));
  write_field(page, name, head + std::string(more));
}

// A bar whose full length is `whole`. What is too little for half a cell is a thin stroke.
std::string bar(const Page& page, std::uint64_t part, std::uint64_t whole, std::size_t cells,
                std::string_view full) {
  if (part == 0 || whole == 0) return {};
  const auto filled =
      static_cast<std::size_t>(static_cast<long double>(part) / static_cast<long double>(whole) *
                                   static_cast<long double>(cells) +
                               0.5L);
  if (filled == 0) return std::string(page.glyph("▏", "|"));
  std::string out;
  for (std::size_t i = 0; i < std::min(filled, cells); ++i) out += full;
  return out;
}

// What stands on one line: `bytes` of `whole`.
struct BarLine {
  std::string name{};
  std::uint64_t bytes = 0;
  std::uint64_t whole = 0;
  Paint paint = Paint::plain;
  bool part = false;  // of what stands above it: drawn lighter
};

void write_bar_line(Page& page, const BarLine& line, std::uint64_t all) {
  const std::string name = cut(page.foreign(line.name), kNameWidth, page.charset());
  const std::string head =
      fmt::format("  {}{} {:>7} {:>6}  ", name, std::string(kNameWidth - text_width(name), ' '),
                  human_size(line.bytes), percent(line.bytes, all));
  const std::size_t cells = page.style().width - kNameWidth - 20;
  const std::string_view full = line.part ? page.glyph("▒", "=") : page.glyph("█", "#");
  page.line(head + page.painted(bar(page, line.bytes, line.whole, cells, full), line.paint));
}

// `struct pages of node 1`: of every node alike.
std::string kind_of(const std::string& what) {
  const std::size_t node = what.rfind(" of node ");
  return node == std::string::npos ? what : what.substr(0, node);
}

// The largest kinds among the ledger's rows of these parts; what is smaller is joined.
std::vector<BarLine> largest_kinds(const std::vector<LedgerLine>& lines, std::size_t most,
                                   std::initializer_list<LedgerPart> parts, Paint paint) {
  std::map<std::string, std::uint64_t> kinds;
  std::uint64_t whole = 0;
  for (const LedgerLine& line : lines) {
    if (std::ranges::find(parts, line.part) == parts.end()) continue;
    kinds[kind_of(line.what)] += line.bytes;
    whole += line.bytes;
  }
  std::vector<BarLine> out;
  for (const auto& [name, bytes] : kinds) out.push_back({"  - " + name, bytes, whole, paint, true});
  std::ranges::stable_sort(out, std::ranges::greater(), &BarLine::bytes);
  if (out.size() <= most + 1) return out;
  BarLine others{fmt::format("  - {} others", out.size() - most), 0, whole, paint, true};
  for (std::size_t i = most; i < out.size(); ++i) others.bytes += out[i].bytes;
  out.resize(most);
  out.push_back(others);
  return out;
}

void write_memory_bars(Page& page, const account::Ledger& ledger) {
  const std::vector<LedgerLine> lines = ledger_lines(ledger);
  if (lines.empty()) return;
  const std::uint64_t all = std::max({all_of(ledger), ledger.memory, std::uint64_t{1}});
  page.heading("Where memory went",
               fmt::format("`{}`: of what was taken there", page.glyph("▒", "=")));
  const auto sum = [&](std::string name, std::uint64_t bytes, Paint paint) {
    write_bar_line(page, {std::move(name), bytes, all, paint}, all);
  };
  const auto kinds = [&](std::size_t most, std::initializer_list<LedgerPart> parts, Paint paint) {
    for (const BarLine& line : largest_kinds(lines, most, parts, paint))
      write_bar_line(page, line, all);
  };
  if (ledger.installed) sum("plugged in", *ledger.installed, Paint::blue);
  sum("RAM in the firmware's map", ledger.firmware_ram, Paint::blue);
  const std::uint64_t lost = ledger.sum(account::Stage::lost);
  if (lost >= all / 1000) kinds(3, {LedgerPart::lost}, Paint::red);
  if (ledger.sum(account::Stage::added) != 0) kinds(2, {LedgerPart::added}, Paint::cyan);
  sum("memblock's memory", ledger.memory, Paint::cyan);
  kinds(6, {LedgerPart::reserved, LedgerPart::unusable}, Paint::yellow);
  if (!ledger.mem_total) return sum("unreserved", ledger.handed_over, Paint::green);
  if (ledger.back() != 0)
    write_bar_line(page, {"  + comes back later", ledger.back(), all, Paint::green, true}, all);
  sum(fmt::format("MemTotal ({} kB)", *ledger.mem_total >> 10), *ledger.mem_total, Paint::green);
}

void write_panic(Page& page, const boot::Outcome& outcome) {
  page.line(fmt::format("{} The boot stopped here; what comes later is missing below.",
                        page.glyph("✖", "!!")),
            Paint::alert);
  if (outcome.events.empty()) return;
  const Event& last = outcome.events.back();
  write_field(page, "panic", last.text);
  write_field(page, "in", last.step);
  if (last.range) write_field(page, "range", span(*last.range));
  write_field(page, "by rule", to_string(last.rule));
}

// The first of them that differ, each with how often it came.
void write_warnings(Page& page, const boot::Outcome& outcome) {
  constexpr std::size_t kShown = 6;
  std::vector<std::pair<const Event*, std::size_t>> shown;
  std::size_t more = 0;
  for (const Event& e : outcome.events) {
    if (e.severity != Severity::warning) continue;
    const auto same = std::ranges::find_if(
        shown, [&](const auto& s) { return s.first->step == e.step && s.first->text == e.text; });
    if (same != shown.end()) {
      ++same->second;
    } else if (shown.size() < kShown) {
      shown.emplace_back(&e, 1);
    } else {
      ++more;
    }
  }
  for (const auto& [e, count] : shown) {
    page.paragraph(
        fmt::format("  {} ", page.glyph("▲", "!")),
        page.foreign(e->step.empty() ? e->text : e->step + ": " + e->text) + times(count),
        Paint::yellow);
  }
  if (more != 0)
    page.line(fmt::format("    and {} more warnings, under Events", more), Paint::faint);
}

// What is wrong or without effect; a heading alone where nothing is.
void write_wrong(Page& page, const boot::Outcome& outcome) {
  const auto warns = [](const Event& e) { return e.severity == Severity::warning; };
  const auto idle = [](const std::string& note) { return note.starts_with(kWithoutEffect); };
  const auto warnings = std::ranges::count_if(outcome.events, warns);
  const auto without = std::ranges::count_if(outcome.subject.notes, idle);
  const std::size_t findings = findings_of(outcome);
  page.heading("Wrong or without effect",
               warnings + without == 0 && findings == 0 && !outcome.panicked ? "nothing" : "");
  if (outcome.panicked) write_panic(page, outcome);
  if (findings != 0)
    page.line(
        fmt::format("{} {}, under Checks", page.glyph("✖", "!!"), counted(findings, "finding")),
        Paint::alert);
  write_warnings(page, outcome);
  for (const std::string& note : outcome.subject.notes) {
    if (idle(note))
      page.paragraph("  - ", page.foreign(note.substr(kWithoutEffect.size())), Paint::yellow);
  }
}

std::string kernel_of(const boot::Subject& s) {
  std::string kernel = s.kernel;
  if (!s.kernel_origin.empty()) kernel += (kernel.empty() ? "from " : ", from ") + s.kernel_origin;
  return s.kernel_verified ? kernel : fmt::format("{}; {}", kernel, kNotVerified);
}

}  // namespace

std::size_t findings_of(const boot::Outcome& outcome) {
  std::size_t count = 0;
  for (const boot::CheckReport& c : outcome.checks) count += c.findings.size();
  return count;
}

void write_summary(Page& page, const boot::Outcome& outcome, const account::Ledger& ledger) {
  const boot::Subject& s = outcome.subject;
  std::string title = page.foreign(s.source.empty() ? "memory map" : s.source);
  if (!s.format.empty()) title += " (" + page.foreign(s.format) + ")";
  page.paragraph("", title, Paint::strong);
  write_field(page, "kernel", kernel_of(s));
  write_field(page, "command line", s.command_line.empty() ? "(empty)" : s.command_line);
  write_field(page, "policy", s.policy);
  const SortedNotes notes = sorted_notes(s.notes);
  write_short_field(page, "assumed", notes.assumed);
  for (const std::string& note : notes.others)
    if (is_on_first_screen(note)) write_short_field(page, "note", note);
  write_memory_bars(page, ledger);
  write_field(page, "set aside", set_aside(ledger));
  write_field(page, "largest loss", largest_loss(ledger));
  write_wrong(page, outcome);
  if (!outcome.log) return;
  page.heading("What the log says otherwise");
  write_log(page, *outcome.log);
}

void write_all_notes(Page& page, const std::vector<std::string>& notes) {
  if (notes.empty()) return;
  page.heading("Notes");
  write_notes(page, notes);
}

}  // namespace memmap::report
