#include "report/form/e820_rows.h"

#include <algorithm>

#include "base/check.h"
#include "base/sort_runs.h"

namespace memmap::report {
namespace {

// Reads one table from bottom to top.
class Reader {
 public:
  explicit Reader(const E820Entries& entries) : entries_(entries) {}

  // `at` does not fall from one call to the next.
  std::optional<E820Type> type_at(std::uint64_t at) {
    while (next_ < entries_.size() && last_end(entries_[next_]) <= at) ++next_;
    if (next_ == entries_.size() || raw(entries_[next_].addr) > at) return std::nullopt;
    return entries_[next_].type;
  }

 private:
  const E820Entries& entries_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<E820Row> e820_rows(std::span<const E820Entries* const> tables) {
  MEMMAP_CHECK(tables.size() <= kMostTables, "more tables than a row has places");
  std::vector<std::uint64_t> edges;
  std::vector<Reader> readers;
  for (const E820Entries* table : tables) {
    readers.emplace_back(*table);
    for (const E820Entry& e : *table) {
      edges.push_back(raw(e.addr));
      edges.push_back(last_end(e));
    }
  }
  sort_runs_once(edges);
  std::vector<E820Row> rows;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    E820Row row{PhysRange::make(edges[i], edges[i + 1])};
    for (std::size_t t = 0; t < readers.size(); ++t) row.types[t] = readers[t].type_at(edges[i]);
    if (std::ranges::none_of(row.types, [](const auto& type) { return type.has_value(); }))
      continue;
    if (!rows.empty() && rows.back().range.end() == row.range.base() &&
        rows.back().types == row.types) {
      rows.back().range = PhysRange::make(raw(rows.back().range.base()), edges[i + 1]);
    } else {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace memmap::report
