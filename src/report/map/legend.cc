#include "report/map/legend.h"

#include <array>
#include <set>

#include "report/map/palette.h"

namespace memmap::report {

std::vector<LegendRow> legend_of(std::span<const account::Column* const> columns) {
  using account::ColumnId;
  std::array<std::set<account::Kind>, account::kColumns> kinds{};
  for (const account::Column* column : columns) {
    // The firmware's map and the kernel's table have the same types.
    const ColumnId id = column->id == ColumnId::firmware ? ColumnId::e820 : column->id;
    for (const account::Block& b : column->blocks)
      kinds[static_cast<std::size_t>(id)].insert(b.kind);
  }
  std::vector<LegendRow> out;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i].empty()) continue;
    const auto id = static_cast<ColumnId>(i);
    LegendRow row{id == ColumnId::e820 ? "e820 types" : account::words_of(id).title, {}};
    for (const account::Kind kind : kinds[i])
      row.entries.push_back({kind_class(kind), std::string(account::words_of(kind).words)});
    out.push_back(std::move(row));
  }
  out.push_back(
      {"everywhere",
       {{"k-more", "dark end: small ranges of several kinds, how much of each side by side"}}});
  return out;
}

}  // namespace memmap::report
