#include "report/table/map_rows.h"

#include <algorithm>
#include <array>

namespace memmap::report {
namespace {

bool same(const E820Entry* a, const E820Entry* b) {
  return a == b || (a != nullptr && b != nullptr && a->type == b->type);
}

std::uint64_t last_end(const E820Entry& e) { return e.wraps() ? ~std::uint64_t{0} : e.end(); }

// A table that is sorted and disjoint, asked for ascending addresses.
class Walk {
 public:
  explicit Walk(const E820Entries& table) : table_(table) {}
  const E820Entry* at(std::uint64_t address) {
    while (next_ < table_.size() && last_end(table_[next_]) <= address) ++next_;
    return next_ < table_.size() && raw(table_[next_].addr) <= address ? &table_[next_] : nullptr;
  }

 private:
  const E820Entries& table_;
  std::size_t next_ = 0;
};

}  // namespace

bool MapRow::changed() const { return !same(firmware, kernel); }

std::vector<MapRow> map_rows(const boot::E820Tables& tables) {
  const std::array<const E820Entries*, 3> all{&tables.firmware.entries(), &tables.kexec.entries(),
                                              &tables.table.entries()};
  std::vector<std::uint64_t> edges;
  for (const auto* table : all) {
    for (const E820Entry& e : *table) {
      edges.push_back(raw(e.addr));
      edges.push_back(last_end(e));
    }
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  Walk firmware(*all[0]);
  Walk kexec(*all[1]);
  Walk kernel(*all[2]);
  std::vector<MapRow> rows;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const MapRow row{PhysRange::make(edges[i], edges[i + 1]), firmware.at(edges[i]),
                     kexec.at(edges[i]), kernel.at(edges[i])};
    if (row.firmware == nullptr && row.kexec == nullptr && row.kernel == nullptr) continue;
    const bool joins = !rows.empty() && rows.back().range.end() == row.range.base() &&
                       same(rows.back().firmware, row.firmware) &&
                       same(rows.back().kexec, row.kexec) && same(rows.back().kernel, row.kernel);
    if (joins) {
      rows.back().range = PhysRange::make(raw(rows.back().range.base()), edges[i + 1]);
    } else {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace memmap::report
