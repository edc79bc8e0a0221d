// The parts of a map to scale, each as the text of SVG, in their places on one page.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
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

// Ranges of a column to point out; ascending. Those that are next to each other have one outline.
struct Changed {
  account::ColumnId column{};
  std::vector<PhysRange> ranges{};
};

// A page on which everything has its place. The same calls give the same bytes, whatever text they
// are given: none is taken for markup. What stands for memory has `data-start`, `data-end`
// (half-open, in hex) and `data-owner`, which is what it is; what stands for several ranges has
// `data-count` in its place. A column is a <g> with `data-column`; a fold is one of the class `gap`.
class Picture {
 public:
  // `lines`: how many lines of text have room above the columns. `axis` must outlive it.
  Picture(const Axis& axis, std::size_t lines);

  std::string text(const MapText& text) const;
  std::string headings() const;  // of all columns
  std::string column(const account::Column& column) const;
  std::string guides() const;     // faint lines from the axis to the right; to be drawn first
  std::string axis_line() const;  // addresses and, over all columns, folds; to be drawn last
  std::string changes(std::span<const Changed> changed) const;
  // The whole file: `parts` in their order, the legend below.
  std::string whole(const MapText& text, Theme theme, std::string_view parts,
                    const std::vector<LegendRow>& legend, std::string_view more_style = {}) const;

 private:
  // Where a column stands: what is drawn of it, and room for labels beside.
  struct Place {
    double left = 0;
    double width = 0;
    double labels = 0;
  };
  static std::array<Place, account::kColumns> places_from(double left);
  const Place& place_of(account::ColumnId id) const {
    return places_[static_cast<std::size_t>(id)];
  }
  std::string mark(const Mark& mark, const Place& place) const;
  std::string shares(const Mark& mark, const Place& place) const;
  std::string labels_within(const std::vector<Mark>& marks, const Place& place) const;
  std::string labels_beside(const std::vector<Mark>& marks, const Place& place) const;
  std::string fold(const Stretch& stretch) const;
  // Writes the rows and moves `down` below them.
  static std::string legend_text(const std::vector<LegendRow>& legend, double& down);

  const Axis& axis_;
  unsigned digits_ = 8;  // of addresses
  double top_ = 0;       // of the axis
  double axis_left_ = 0;
  double axis_right_ = 0;
  std::array<Place, account::kColumns> places_{};
};

}  // namespace memmap::report
