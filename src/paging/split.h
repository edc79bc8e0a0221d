// How the kernel cuts a range of memory into pieces by page size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/range.h"
#include "paging/mapping.h"

namespace memmap::paging {

// A piece and the largest page that may map it. A piece may be shorter than that page: then the
// whole page around it is memory and is mapped with it.
struct MapRange {
  PhysRange range{};
  std::uint64_t page_size = kSize4K;
  friend constexpr bool operator==(const MapRange&, const MapRange&) = default;
};

// Whole pages of `range`, cut at 2 MiB and 1 GiB boundaries:
//
//   1 GiB      |                       |                       |
//   range           =====================================================
//   pieces          |4K|-----2M--------|-----------1G----------|--2M--|4K|
//
// A head or tail takes the next larger page if all of that page is one region of `memory` (sorted
// regions of memblock.memory, as ranges); then equal neighbours are joined. `largest` is
// largest_page().
// kernel: split_mem_range(), adjust_range_page_size_mask(), arch/x86/mm/init.c, v6.12
std::vector<MapRange> split_mem_range(PhysRange range, std::uint64_t largest,
                                      std::span<const PhysRange> memory);

}  // namespace memmap::paging
