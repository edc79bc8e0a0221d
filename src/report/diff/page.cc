#include "report/diff/page.h"

#include <fmt/format.h>

#include "report/diff/picture.h"
#include "report/diff/words.h"
#include "report/form/units.h"
#include "report/html/frame.h"
#include "report/html/markup.h"

namespace memmap::report {
namespace {

using diff::Change;
using diff::FigureChange;
using Kind = HtmlColumnKind;

// Of a stage's changes; what follows is counted.
constexpr std::size_t kMostRows = 2000;

std::string place(const std::optional<PhysRange>& range) { return range ? span(*range) : ""; }

std::string size(const std::optional<PhysRange>& range) {
  return range ? human_size(range->size()) : "";
}

// `change` as two halves: what is where in the old one, and in the new one.
HtmlRow row_of(const Change& c) {
  if (c.kind == diff::Kind::turned) {
    const auto style = [](std::string_view text) {
      return text.empty() ? std::string_view("faint") : std::string_view("changed");
    };
    return {{place(c.old_range)},
            {size(c.old_range)},
            {std::string(diff_nothing(c.from)), style(c.from)},
            {place(c.new_range)},
            {size(c.new_range)},
            {std::string(diff_nothing(c.to)), style(c.to)},
            {std::string(diff_word(c.kind))},
            {c.by, "faint"}};
  }
  const bool was = c.old_range.has_value();
  const bool is = c.new_range.has_value();
  return {{place(c.old_range)}, {size(c.old_range)}, {was ? c.what : "", is ? "" : "lost"},
          {place(c.new_range)}, {size(c.new_range)}, {is ? c.what : "", was ? "" : "ram"},
          {diff_word_of(c)},    {c.by, "faint"}};
}

void write_stage(Html& html, const diff::StageChanges& stage, const std::string& id) {
  html.element("h3", fmt::format("{} ({})", stage.title, counted(stage.changes.size(), "change")));
  HtmlTable table{.id = id,
                  .caption = "Old on the left, new on the right",
                  .columns = {{"old place", Kind::range},
                              {"size", Kind::number},
                              {"old"},
                              {"new place", Kind::range},
                              {"size", Kind::number},
                              {"new"},
                              {"how"},
                              {"by"}},
                  .all = stage.changes.size()};
  for (const Change& c : stage.changes)
    if (table.rows.size() < kMostRows) table.rows.push_back(row_of(c));
  html.table(table);
}

std::string value(const std::optional<std::uint64_t>& number) {
  return number ? grouped(*number) : "-";
}

void write_figures(Html& html, const std::vector<FigureChange>& figures, const std::string& id) {
  if (figures.empty()) return;
  html.element("h3", fmt::format("Figures ({})", counted(figures.size(), "change")));
  HtmlTable table{.id = id,
                  .caption = "Those that differ",
                  .columns = {{"figure"},
                              {"old", Kind::number},
                              {"new", Kind::number},
                              {"difference", Kind::number},
                              {"unit"}},
                  .all = figures.size()};
  for (const FigureChange& f : figures)
    table.rows.push_back({{f.name},
                          {value(f.old_value)},
                          {value(f.new_value)},
                          {diff_step(f), "changed"},
                          {std::string(diff_word(f.unit)), "faint"}});
  html.table(table);
}

void write_told(Html& html, std::string_view title, const std::vector<diff::Told>& events) {
  if (events.empty()) return;
  html.element("h3", title).open("ul");
  for (const diff::Told& e : events)
    html.element("li", fmt::format("{}: {}(): {}", e.severity, e.step, e.text));
  html.close("ul");
}

void fact(Html& html, std::string_view name, std::string_view text) {
  html.element("dt", name).element("dd", text.empty() ? "(none)" : text);
}

void write_subjects(Html& html, const diff::View& older, const diff::View& newer,
                    const std::string& id) {
  HtmlTable table{
      .id = id, .caption = "What is compared", .columns = {{""}, {"old"}, {"new"}}, .all = 3};
  const auto row = [&](std::string_view name, const std::string& was, const std::string& is) {
    const std::string_view style = was == is ? "" : "changed";
    table.rows.push_back({{std::string(name)},
                          {was.empty() ? "(none)" : was, style},
                          {is.empty() ? "(none)" : is, style}});
  };
  row("source", older.source, newer.source);
  row("kernel", older.kernel, newer.kernel);
  row("command line", older.command_line, newer.command_line);
  html.table(table);
}

void write_one(Html& html, const DiffAnswer& answer, std::size_t at, const MapOptions& options) {
  const DiffSide& newer = answer.newer[at];
  const std::string suffix = at == 0 ? "" : fmt::format("-{}", at + 1);
  html.section("diff" + suffix, diff_verdict(newer.diff), newer.view.source);
  write_subjects(html, answer.older, newer.view, "subjects" + suffix);
  html.open("dl", "class=\"facts\"");
  fact(html, "hibernation", diff_resume_text(newer.diff));
  if (newer.diff.tolerated != 0) fact(html, "tolerated", counted(newer.diff.tolerated, "change"));
  html.close("dl");
  html.raw(
      fmt::format("<div id=\"map-box{}\" class=\"scroll map\" tabindex=\"0\" role=\"region\" "
                  "aria-label=\"Map\">\n",
                  suffix));
  html.raw(map_in_page(diff_to_svg(answer.older, newer, options), at == 0)).raw("</div>\n");
  for (const diff::StageChanges& stage : newer.diff.stages)
    write_stage(html, stage, fmt::format("{}{}", stage.key, suffix));
  write_figures(html, newer.diff.figures, "figures" + suffix);
  write_told(html, "Told by the old one alone", newer.diff.only_old);
  write_told(html, "Told by the new one alone", newer.diff.only_new);
  html.close("section");
}

void write_overview(Html& html, const DiffAnswer& answer) {
  HtmlTable table{.id = "all",
                  .caption = "Each beside " + answer.older.source,
                  .columns = {{"source"}, {"kernel"}, {"what differs"}, {"hibernation"}},
                  .all = answer.newer.size()};
  for (const DiffSide& s : answer.newer)
    table.rows.push_back({{s.view.source},
                          {s.view.kernel},
                          {diff_verdict(s.diff), s.diff.differs() ? "changed" : ""},
                          {s.diff.refusal().empty() ? "resumes" : "refuses"}});
  html.table(table);
}

}  // namespace

std::string diff_to_html(const DiffAnswer& answer, const MapOptions& options) {
  Html body;
  body.open("header", "id=\"top\"").element("h1", "Difference").close("header");
  body.open("main", "id=\"main\"").raw("\n");
  if (answer.newer.size() > 1) write_overview(body, answer);
  for (std::size_t i = 0; i < answer.newer.size(); ++i) write_one(body, answer, i, options);
  body.close("main");
  return whole_page(
      {.title = answer.older.source + ": difference by memmap", .body = std::move(body).take()});
}

}  // namespace memmap::report
