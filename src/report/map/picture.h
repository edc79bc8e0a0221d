// The parts of a map to scale, each as the text of SVG, in their places on one page.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/columns.h"
#include "report/map/axis.h"
#include "report/map/legend.h"
#include "report/map/marks.h"
#include "report/map/palette.h"

namespace memmap::report {

// What stands above the columns. Lines that are too long are cut.
struct MapText {
  std::string title{};
  std::vector<std::string> lines{};
  std::string alert{};        // below these, so that it is seen; may be empty
  std::string description{};  // for those who do not see the picture
};

// Where a column stands on the page, in pixels: what is drawn of it, and room for labels beside.
struct ColumnPlace {
  std::string id{};     // `data-column`
  std::string title{};  // above it
  double left = 0;      // behind the axis
  double width = 0;
  double labels = 0;  // 0: they stand within
};

// The seven columns of a boot, by account::ColumnId.
std::vector<ColumnPlace> seven_places(const Axis& axis);

// Ranges of a column to point out; ascending. Those that are next to each other have one outline.
struct Changed {
  std::size_t column = 0;  // of the page's places
  std::vector<PhysRange> ranges{};
};

// A page on which everything has its place. The same calls give the same bytes, whatever text they
// are given: none is taken for markup. What stands for memory has `data-start`, `data-end`
// (half-open, in hex) and `data-owner`, which is what it is; what stands for several ranges has
// `data-count` in its place. A column is a <g> with `data-column`; a fold is one of the class `gap`.
class Picture {
 public:
  // `lines`: how many lines of text have room above the columns. The page is as wide as `places`, or
  // kLeastWidth. `axis` must outlive it.
  static constexpr double kLeastWidth = 1200;
  Picture(const Axis& axis, std::size_t lines, std::vector<ColumnPlace> places);

  std::string text(const MapText& text) const;
  std::string headings() const;  // of all columns
  std::string column(const account::Column& column, std::size_t place) const;
  std::string guides() const;     // faint lines from the axis to the right; to be drawn first
  std::string axis_line() const;  // addresses and, over all columns, folds; to be drawn last
  std::string changes(std::span<const Changed> changed) const;
  // Lines from the middle of a range in one place to that of another range in the next.
  std::string links(std::size_t from_place,
                    std::span<const std::pair<PhysRange, PhysRange>> links) const;
  // Lines of text below the columns.
  void below(std::vector<std::string> lines) { below_ = std::move(lines); }
  // The whole file: `parts` in their order, what is below them, the legend.
  std::string whole(const MapText& text, Theme theme, std::string_view parts,
                    const std::vector<LegendRow>& legend, std::string_view more_style = {}) const;

 private:
  using Place = ColumnPlace;
  std::string mark(const Mark& mark, const Place& place) const;
  std::string shares(const Mark& mark, const Place& place) const;
  std::string labels_within(const std::vector<Mark>& marks, const Place& place) const;
  std::string labels_beside(const std::vector<Mark>& marks, const Place& place) const;
  std::string fold(const Stretch& stretch) const;
  // Writes the rows and moves `down` below them.
  std::string legend_text(const std::vector<LegendRow>& legend, double& down) const;

  const Axis& axis_;
  unsigned digits_ = 8;  // of addresses
  double top_ = 0;       // of the axis
  double axis_left_ = 0;
  double axis_right_ = 0;
  double right_ = 0;  // where the last column and its labels end
  std::vector<Place> places_{};
  std::vector<std::string> below_{};
};

}  // namespace memmap::report
