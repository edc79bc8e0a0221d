#include <fmt/format.h>

#include <algorithm>

#include "report/diff/answer.h"
#include "report/diff/words.h"
#include "report/form/page.h"
#include "report/form/units.h"

namespace memmap::report {

namespace {

using diff::Change;
using diff::Diff;
using diff::FigureChange;
using diff::Kind;
using diff::StageChanges;

// Of a stage's changes; what follows is counted.
constexpr std::size_t kMostChanges = 40;

std::string place(const std::optional<PhysRange>& range) { return range ? span(*range) : ""; }

Paint paint_of(Kind kind) {
  switch (kind) {
    case Kind::appeared:
      return Paint::green;
    case Kind::vanished:
      return Paint::red;
    default:
      return Paint::yellow;
  }
}

Row row_of(const Page& page, const Change& c) {
  if (c.kind == Kind::turned) {
    return {{place(c.new_range)},
            {human_size(c.new_range->size())},
            {page.foreign(fmt::format("{} {} {}", diff_nothing(c.from), page.glyph("→", "->"),
                                      diff_nothing(c.to))),
             c.from.empty() ? Paint::green
             : c.to.empty() ? Paint::red
                            : Paint::yellow}};
  }
  const PhysRange shown = c.old_range ? *c.old_range : *c.new_range;
  return {{place(shown)},
          {human_size(shown.size())},
          {page.foreign(c.what), Paint::strong},
          {page.foreign(diff_how(c)), paint_of(c.kind)}};
}

void write_stage(Page& page, const StageChanges& stage) {
  page.heading(stage.title, counted(stage.changes.size(), "change"));
  std::vector<Row> rows;
  for (const Change& c : stage.changes) {
    if (rows.size() == kMostChanges) break;
    rows.push_back(row_of(page, c));
  }
  page.table({{""}, {"", Align::right}, {""}, {""}}, std::move(rows));
  if (stage.changes.size() > kMostChanges)
    page.line(fmt::format("  {} more; --format json has all", stage.changes.size() - kMostChanges),
              Paint::faint);
}

std::string value_text(const std::optional<std::uint64_t>& value) {
  return value ? grouped(*value) : "-";
}

void write_figures(Page& page, const std::vector<FigureChange>& figures) {
  if (figures.empty()) return;
  page.heading("Figures", counted(figures.size(), "change"));
  std::vector<Row> rows;
  for (const FigureChange& f : figures) {
    const bool counts = f.unit == diff::Unit::count;
    rows.push_back({{page.foreign(f.name)},
                    {value_text(f.old_value)},
                    {value_text(f.new_value)},
                    {diff_step(f), Paint::yellow},
                    {counts ? "" : std::string(diff_word(f.unit)), Paint::faint}});
  }
  page.table({{""}, {"old", Align::right}, {"new", Align::right}, {"", Align::right}, {""}},
             std::move(rows));
}

void write_told(Page& page, std::string_view title, const std::vector<diff::Told>& events) {
  if (events.empty()) return;
  page.heading(title, counted(events.size(), "event"));
  for (const diff::Told& e : events)
    page.paragraph("  ", page.foreign(fmt::format("{}: {}: {}", e.severity, e.step, e.text)));
}

// A head's line that both have, once; else both.
void write_pair(Page& page, std::string_view lead, std::string_view older, std::string_view newer) {
  const auto words = [&](std::string_view text) {
    return page.foreign(text.empty() ? "(none)" : text);
  };
  if (older == newer) {
    if (!older.empty()) page.paragraph(lead, words(older));
    return;
  }
  page.paragraph(lead, fmt::format("{} {} {}", words(older), page.glyph("→", "->"), words(newer)));
}

void write_one(Page& page, const diff::View& older, const DiffSide& newer) {
  const Diff& d = newer.diff;
  page.paragraph("", page.foreign(diff_verdict(d)), d.differs() ? Paint::strong : Paint::green);
  page.blank();
  write_pair(page, "source        ", older.source, newer.view.source);
  write_pair(page, "kernel        ", older.kernel, newer.view.kernel);
  write_pair(page, "command line  ", older.command_line, newer.view.command_line);
  page.paragraph("hibernation   ", diff_resume_text(d),
                 d.refusal().empty() ? Paint::plain : Paint::yellow);
  if (d.tolerated != 0) page.paragraph("tolerated     ", counted(d.tolerated, "change"));
  for (const StageChanges& stage : d.stages) write_stage(page, stage);
  write_figures(page, d.figures);
  write_told(page, "Told by the old one alone", d.only_old);
  write_told(page, "Told by the new one alone", d.only_new);
}

std::uint64_t usable_bytes(const diff::View& view) {
  std::uint64_t out = 0;
  for (const E820Entry& e : view.firmware)
    if (e.type == E820Type::ram) out += e.size;
  return out;
}

void write_many(Page& page, const DiffAnswer& answer) {
  const auto differ =
      std::ranges::count_if(answer.newer, [](const DiffSide& s) { return s.diff.differs(); });
  page.paragraph("",
                 differ == 0
                     ? std::string("no difference")
                     : fmt::format("{} of {} differ from the first", differ, answer.newer.size()),
                 differ == 0 ? Paint::green : Paint::strong);
  std::vector<Row> rows;
  const auto row = [&](const diff::View& view, const diff::ResumeSums& sums, std::string where,
                       bool resumes, bool first) {
    rows.push_back({{page.foreign(view.source), first ? Paint::strong : Paint::plain},
                    {page.foreign(view.kernel)},
                    {std::to_string(view.firmware.size())},
                    {human_size(usable_bytes(view))},
                    {hex(sums.crc32, 8), resumes ? Paint::plain : Paint::yellow},
                    {first     ? ""
                     : resumes ? "resumes"
                               : "refuses"},
                    {std::move(where)}});
  };
  row(answer.older, answer.newer.front().diff.old_sums, "", true, true);
  for (const DiffSide& s : answer.newer)
    row(s.view, s.diff.new_sums, s.diff.differs() ? diff_verdict(s.diff) : "",
        s.diff.refusal().empty(), false);
  page.heading("Results", "beside the first");
  page.table({{"source"},
              {"kernel"},
              {"entries", Align::right},
              {"usable", Align::right},
              {"CRC32"},
              {"hibernation"},
              {""}},
             std::move(rows));
  page.line("  memmap diff with two of them shows each change", Paint::faint);
}

}  // namespace

std::string diff_to_text(const DiffAnswer& answer, const TextStyle& style) {
  Page page(style);
  if (answer.newer.size() == 1) {
    write_one(page, answer.older, answer.newer.front());
  } else {
    write_many(page, answer);
  }
  return std::move(page).take();
}

}  // namespace memmap::report
