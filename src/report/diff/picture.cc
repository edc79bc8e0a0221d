#include "report/diff/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report/diff/columns.h"
#include "report/diff/words.h"
#include "report/form/units.h"
#include "report/map/picture.h"

namespace memmap::report {
namespace {

constexpr double kRoom = 1060;   // for columns, on the usual page
constexpr double kNarrow = 128;  // a bar; the page grows where that is too wide
constexpr double kWide = 300;
constexpr double kBetween = 36;  // old and new
constexpr double kNextPair = 22;
constexpr std::size_t kMostLines = 24;  // of the list of changes

std::vector<ColumnPlace> places_of(const std::vector<ColumnPair>& pairs) {
  const double of_pair = kRoom / static_cast<double>(std::max<std::size_t>(pairs.size(), 1));
  const double bar = std::clamp((of_pair - kBetween - kNextPair) / 2, kNarrow, kWide);
  std::vector<ColumnPlace> out;
  double left = 0;
  for (const ColumnPair& pair : pairs) {
    out.push_back({"old", pair.title, left, bar, 0});
    out.push_back({"new", "", left + bar + kBetween, bar, 0});
    left += (2 * bar) + kBetween + kNextPair;
  }
  return out;
}

std::string both(std::string_view older, std::string_view newer) {
  return older == newer ? std::string(older) : fmt::format("{} → {}", older, newer);
}

MapText text_of(const diff::View& older, const DiffSide& newer, const MapOptions& options) {
  MapText text{.title = options.title};
  if (text.title.empty()) text.title = both(older.source, newer.view.source);
  text.lines.push_back("Linux " + both(older.kernel, newer.view.kernel) + "   command line: " +
                       both(older.command_line.empty() ? "(empty)" : older.command_line,
                            newer.view.command_line.empty() ? "(empty)" : newer.view.command_line));
  text.lines.emplace_back(
      "Of each stage that differs, left the old one and right the new one, on one axis of physical "
      "addresses; outlined is what changed, and lines lead from where a thing was to where it is.");
  text.lines.push_back(diff_verdict(newer.diff) + ".");
  if (!newer.diff.refusal().empty()) {
    text.alert =
        fmt::format("an image of the one does not resume on the other: {}", newer.diff.refusal());
  }
  text.description = fmt::format("{}. {}.", text.title, diff_verdict(newer.diff));
  return text;
}

// The largest changes, a line each.
std::vector<std::string> list_of(const std::vector<ColumnPair>& pairs) {
  struct Line {
    const ColumnPair* pair;
    const diff::Change* change;
    std::uint64_t bytes;
  };
  std::vector<Line> all;
  for (const ColumnPair& pair : pairs) {
    for (const diff::Change& c : pair.changes) {
      const std::uint64_t was = c.old_range ? c.old_range->size() : 0;
      all.push_back({&pair, &c, std::max(was, c.new_range ? c.new_range->size() : 0)});
    }
  }
  std::ranges::stable_sort(all, std::greater<>(), &Line::bytes);
  std::vector<std::string> out;
  for (const Line& line : all) {
    if (out.size() == kMostLines) break;
    out.push_back(fmt::format("{}: {}", line.pair->title, diff_change_text(*line.change)));
  }
  if (all.size() > out.size())
    out.push_back(
        fmt::format("{} smaller ones: `memmap diff` lists them", all.size() - out.size()));
  return out;
}

}  // namespace

std::string diff_to_svg(const diff::View& older, const DiffSide& newer, const MapOptions& options) {
  const std::vector<ColumnPair> pairs = column_pairs(older, newer.view, newer.diff);
  std::vector<const account::Column*> columns;
  for (const ColumnPair& pair : pairs) {
    columns.push_back(&pair.older);
    columns.push_back(&pair.newer);
  }
  const Axis axis(columns, options.scale);
  const MapText text = text_of(older, newer, options);
  Picture picture(axis, text.lines.size() + (text.alert.empty() ? 0 : 1), places_of(pairs));
  std::string parts = picture.text(text) + picture.headings() + picture.guides();
  std::vector<Changed> changed;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    parts += picture.column(pairs[i].older, 2 * i) + picture.column(pairs[i].newer, (2 * i) + 1);
    parts += picture.links(2 * i, pairs[i].links);
    changed.push_back({2 * i, pairs[i].changed_old});
    changed.push_back({(2 * i) + 1, pairs[i].changed_new});
  }
  parts += picture.axis_line() + picture.changes(changed);
  picture.below(list_of(pairs));
  return picture.whole(text, options.theme, parts, legend_of(columns));
}

}  // namespace memmap::report
