// What the colours of a map mean: only those that it has.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "account/columns.h"

namespace memmap::report {

struct LegendEntry {
  std::string css{};  // the class of the swatch
  std::string words{};
};

// Columns of the same kinds share one row.
struct LegendRow {
  std::string_view title{};
  std::vector<LegendEntry> entries{};
};

// Of all `columns`, in the order of the boot.
std::vector<LegendRow> legend_of(std::span<const account::Column* const> columns);

}  // namespace memmap::report
