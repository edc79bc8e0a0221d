#include "boot/mm/kernel_tables.h"

#include <algorithm>

#include "base/align.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {

TableMaker::TableMaker(Boot& boot, const memblock::Owner& owner)
    : boot_(boot), caller_(boot.caller(owner, {function::spp_getpage})) {}

void TableMaker::expect(std::uint64_t start, std::uint64_t end) {
  if (boot_.story.hears_each_call()) return;
  const paging::AddressSpace& tables = boot_.state.page_tables;
  for (std::uint64_t at = start; at < end; at = align_down(at, paging::kSize2M) + paging::kSize2M) {
    for (unsigned level = tables.levels() - 1; level >= 1; --level) {
      const std::uint64_t number = at / paging::table_size(level);
      if (counted_[level] == number) continue;
      counted_[level] = number;
      if (!tables.table(level, VirtAddr{at})) ++expected_;
    }
  }
}

std::optional<PhysAddr> TableMaker::page() {
  if (used_ == row_.count) {
    const auto row =
        boot_.state.memblock.alloc_row(std::max<std::uint64_t>(expected_, 1), kPageSize, caller_);
    if (!row) return std::nullopt;
    row_ = *row;
    used_ = 0;
  }
  if (expected_ != 0) --expected_;
  return PhysAddr{raw(row_.first) - used_++ * kPageSize};
}

void TableMaker::make(std::uint64_t start, std::uint64_t end) {
  paging::AddressSpace& tables = boot_.state.page_tables;
  for (std::uint64_t at = start; at < end; at = align_down(at, paging::kSize2M) + paging::kSize2M) {
    for (unsigned level = tables.levels() - 1; level >= 1; --level) {
      if (tables.table(level, VirtAddr{at})) continue;
      const auto found = page();
      if (!found) {
        return boot_.story.tell(
            Severity::panic, rule::kSppGetpage,
            "Kernel panic - not syncing: set_pte_phys: cannot allocate page data");
      }
      tables.add_table(level, VirtAddr{at}, {*found, paging::TableOrigin::memblock});
    }
  }
}

void make_tables(Boot& boot, std::uint64_t start, std::uint64_t end, const memblock::Owner& owner) {
  TableMaker maker(boot, owner);
  maker.expect(start, end);
  maker.make(start, end);
}

}  // namespace memmap::boot
