// What of a column is drawn as one: a block, or several that are too small to be told apart.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "account/columns.h"
#include "report/map/axis.h"

namespace memmap::report {

struct Mark {
  std::span<const account::Block> blocks{};  // neighbours in their column; one or more
  double top = 0;
  double height = 0;  // at least Marks' least
  std::uint64_t bytes = 0;

  bool is_one() const { return blocks.size() == 1; }
  PhysRange range() const;  // from the first byte to the last
  // Of all blocks; nullopt: they are of several kinds.
  std::optional<account::Kind> kind() const;
};

inline constexpr double kLeastMark = 2.5;

// Every block is in exactly one mark; ascending. Those lower than kLeastMark that begin within 4
// pixels of each other are one mark. O(blocks).
std::vector<Mark> marks_of(const account::Column& column, const Axis& axis);

}  // namespace memmap::report
