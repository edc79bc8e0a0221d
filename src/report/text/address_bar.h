// The physical address space as one line of cells, with a legend.
#pragma once

#include <vector>

#include "account/memory_use.h"
#include "report/form/page.h"

namespace memmap::report {

// Writes the bar, the addresses under it and what its letters mean. Not to scale: cells go by the
// logarithm of a range's size and no range gets less than one, until there are more ranges than the
// line holds; then the smallest are drawn as part of the neighbours they are outweighed by.
void write_address_bar(Page& page, const std::vector<account::Piece>& pieces);

// Widths of `count` cells in all for ranges of these sizes, each at least 1 (sizes.size() <=
// count); gaps get at most `kGapCells`.
inline constexpr unsigned kGapCells = 3;
struct BarRange {
  std::uint64_t size = 0;  // bytes
  bool gap = false;
};
std::vector<unsigned> share_cells(const std::vector<BarRange>& ranges, unsigned count);

}  // namespace memmap::report
