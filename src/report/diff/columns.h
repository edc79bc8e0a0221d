// The stages of two results as columns of a map: what a picture of a difference shows.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "account/columns.h"
#include "diff/diff.h"
#include "diff/view.h"

namespace memmap::report {

// One stage of both, side by side.
struct ColumnPair {
  std::string title{};
  account::Column older{};
  account::Column newer{};
  // Where changes lie, ascending; and of what is in both, where it was and where it is.
  std::vector<PhysRange> changed_old{};
  std::vector<PhysRange> changed_new{};
  std::vector<std::pair<PhysRange, PhysRange>> links{};
  std::vector<diff::Change> changes{};
};

// Of the stages that differ, in the order of the boot, those that show it best: of a table that the kernel
// keeps twice once, and who has what in place of memblock.reserved. Where none differs, the first stage.
std::vector<ColumnPair> column_pairs(const diff::View& older, const diff::View& newer,
                                     const diff::Diff& diff);

}  // namespace memmap::report
