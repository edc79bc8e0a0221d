#include "report/text/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "report/form/names.h"
#include "report/form/notes.h"
#include "report/form/units.h"
#include "report/table/things.h"
#include "report/table/write.h"
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

}  // namespace

void write_field(Page& page, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  page.paragraph(fmt::format("  {:<13} ", name), page.foreign(text));
}

// What was assumed is one row, however much that is; what else there is to tell, a row each.
void write_notes(Page& page, const std::vector<std::string>& notes) {
  const SortedNotes sorted = sorted_notes(notes);
  write_field(page, "assumed", sorted.assumed);
  for (const std::string& note : sorted.others) write_field(page, "note", note);
}

std::string times(std::size_t count) {
  return count == 1 ? "" : fmt::format(" ({})", counted(count, "time"));
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

namespace {

// What a plugin changed is told with its name and reason; what it said stands for itself.
std::string text_of(const Event& e, const Page& page) {
  std::string out = page.foreign(e.text);
  if (e.by.find(": ") != std::string::npos) out += page.foreign(" (" + e.by + ")");
  return out;
}

// An event, and how often it came in a row.
struct Told {
  const Event* event = nullptr;
  std::size_t count = 0;
};

// But for those of level debug.
std::vector<Told> in_rows(const Events& events) {
  std::vector<Told> out;
  for (const Event& e : events) {
    if (e.severity == Severity::debug) continue;
    const auto is_alike = [&e](const Event& last) {
      return last.severity == e.severity && last.step == e.step && last.text == e.text &&
             last.by == e.by;
    };
    if (!out.empty() && is_alike(*out.back().event)) {
      ++out.back().count;
    } else {
      out.push_back({&e, 1});
    }
  }
  return out;
}

}  // namespace

void write_events(Page& page, const boot::Outcome& outcome) {
  if (outcome.events.empty()) return;
  const auto hidden = std::ranges::count(outcome.events, Severity::debug,
                                         [](const Event& e) { return e.severity; });
  const std::vector<Told> rows = in_rows(outcome.events);
  std::size_t step_width = 0;
  const std::size_t widest = page.style().width < 100 ? 24 : 36;
  std::string_view step;  // of the row before: most have the same
  for (const Told& row : rows) {
    if (row.event->step == step) continue;
    step = row.event->step;
    step_width = std::max(step_width, std::min(widest, text_width(page.foreign(step))));
  }
  page.heading(
      "Events",
      fmt::format("{}{}", counted(outcome.events.size(), "event"),
                  hidden == 0 ? "" : fmt::format(", {} of level debug not shown", hidden)));
  const std::string blanks(step_width, ' ');
  step = {};
  for (const auto& [event, count] : rows) {
    const Event& e = *event;
    const std::string_view mark = e.severity == Severity::panic     ? page.glyph("✖", "!")
                                  : e.severity == Severity::warning ? page.glyph("▲", "!")
                                                                    : " ";
    std::string shown;
    if (e.step != step) shown = cut(page.foreign(e.step), step_width, page.charset());
    step = e.step;
    shown += std::string_view(blanks).substr(text_width(shown));
    page.paragraph(fmt::format("{} {}  ", mark, shown), text_of(e, page) + times(count),
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

namespace {

// What sections are written from.
struct Report {
  const boot::Outcome& outcome;
  const std::vector<account::Piece>& pieces;
  const account::Ledger& ledger;
};

void write_map(Page& page, const Report& r) {
  if (r.pieces.empty()) return;
  page.heading("Physical address space",
               fmt::format("0 to {}, not to scale", human_size(raw(r.pieces.back().range.end()))));
  write_address_bar(page, r.pieces);
}

// A section that is one of `memmap show`'s tables.
template <Listing (*list)(const Facts*)>
void write_thing(Page& page, const Report& r) {
  const Facts facts{.outcome = r.outcome};
  const Listing listing = list(&facts);
  if (listing.rows.empty()) return;
  const auto thing = std::ranges::find(things(), list, &Thing::list);
  std::string title(thing->summary);
  title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
  page.heading(title);
  write_table(page, for_people(listing));
}

struct Section {
  TextSection told{};
  bool usual = true;  // part of the report without being asked for
  void (*write)(Page&, const Report&) = nullptr;
};

// In the report's order.
// clang-format off
constexpr Section kSections[] = {
    {{"summary",    "what was assumed, where memory went, what is wrong, what the log says otherwise"}, true, [](Page& p, const Report& r) { write_summary(p, r.outcome, r.ledger); }},
    {{"map",        "a bar of the physical address space"},                 true,  write_map},
    {{"ledger",     "where the RAM went, to the byte"},                     true,  [](Page& p, const Report& r) { write_ledger(p, r.ledger, LedgerAside::shares); }},
    {{"e820",       "the firmware's map, and what the kernel made of it"},  true,  [](Page& p, const Report& r) { write_e820(p, r.outcome); }},
    {{"memory",     "memblock.memory"},                                     true,  [](Page& p, const Report& r) { write_memory(p, r.outcome); }},
    {{"reserved",   "memblock.reserved, by owner"},                         true,  [](Page& p, const Report& r) { write_reserved(p, r.outcome); }},
    {{"zones",      "nodes and zones"},                                     true,  [](Page& p, const Report& r) { write_zones(p, r.outcome); }},
    {{"free",       "free blocks by order"},                                true,  [](Page& p, const Report& r) { write_free_blocks(p, r.outcome); }},
    {{"pagetables", "pages by size"},                                       true,  [](Page& p, const Report& r) { write_page_tables(p, r.outcome); }},
    {{"fixmap",     "what the fixmap's slots map"},                         true,  [](Page& p, const Report& r) { write_fixmap(p, r.outcome); }},
    {{"checks",     "what checks found"},                                   true,  [](Page& p, const Report& r) { write_checks(p, r.outcome); }},
    {{"events",     "what the kernel did and said"},                        true,  [](Page& p, const Report& r) { write_events(p, r.outcome); }},
    {{"notes",      "all that was assumed, and what the source tells"},     true,  [](Page& p, const Report& r) { write_all_notes(p, r.outcome.subject.notes); }},
    {{"steps",      "the boot's steps, and how much each changed"},         false, write_thing<list_steps>},
    {{"nodes",      "NUMA nodes and their pages"},                          false, write_thing<list_nodes>},
    {{"percpu",     "where each processor's per-CPU unit lies"},            false, write_thing<list_percpu>},
    {{"cma",        "CMA areas"},                                           false, write_thing<list_cma>},
    {{"hugepages",  "huge pages by size"},                                  false, write_thing<list_huge_pages>},
};
// clang-format on

Page page_of(TextStyle style) {
  style.width = std::clamp(style.width, kMinWidth, kMaxWidth);
  return Page(style);
}

}  // namespace

std::vector<TextSection> text_sections() {
  std::vector<TextSection> out;
  for (const Section& s : kSections) out.push_back(s.told);
  return out;
}

std::string to_text(const boot::Outcome& outcome, const TextStyle& style) {
  std::vector<std::string> usual;
  for (const Section& s : kSections)
    if (s.usual) usual.emplace_back(s.told.name);
  return to_text(outcome, style, usual);
}

std::string to_text(const boot::Outcome& outcome, const TextStyle& style,
                    const std::vector<std::string>& sections) {
  Page page = page_of(style);
  const std::vector<account::Piece> pieces = account::memory_use(outcome);
  const account::Ledger ledger = account::ledger(outcome, pieces);
  const Report report{outcome, pieces, ledger};
  for (const std::string& name : sections) {
    const auto section =
        std::ranges::find(kSections, name, [](const Section& s) { return s.told.name; });
    if (section != std::end(kSections)) section->write(page, report);
  }
  return std::move(page).take();
}

}  // namespace memmap::report
