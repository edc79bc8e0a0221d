// The pages that memblock hands over to the page allocator.
#pragma once

#include <algorithm>
#include <span>

#include "base/address.h"
#include "memblock/region.h"

namespace memmap::buddy {

// Calls `take(region, first, end)` with each run of whole pages [first, end) that is memory and not
// reserved, in ascending order. Both lists are as memblock has them. Runs of two regions may touch.
//
//   region    |=================================|
//   reserved     |###|     |######|           |########|
//   runs      |==|   |=====|      |===========|
//
// kernel: for_each_free_mem_range() in free_low_memory_core_early(), __free_memory_core(),
// mm/memblock.c
template <class Take>
void each_free_pages(std::span<const memblock::Region> memory,
                     std::span<const memblock::Region> reserved, const Take& take) {
  auto res = reserved.begin();
  for (const memblock::Region& r : memory) {
    if (r.flags & (memblock::kNomap | memblock::kDriverManaged)) continue;
    PhysAddr at = r.range.base();
    const auto free_until = [&](PhysAddr end) {
      if (at < end && pfn_up(at) < pfn_down(end)) take(r, pfn_up(at), pfn_down(end));
    };
    while (res != reserved.end() && res->range.end() <= at) ++res;
    // A reservation that reaches beyond this region is looked at again for the next one.
    for (; res != reserved.end() && res->range.base() < r.range.end(); ++res) {
      free_until(res->range.base());
      at = std::max(at, res->range.end());
      if (at >= r.range.end()) break;
    }
    free_until(r.range.end());
  }
}

}  // namespace memmap::buddy
