// How the kernel cuts a range of memory into pieces by page size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/range.h"
#include "paging/mapping.h"

namespace memmap::paging {

// A piece and the size of the largest page that may map it, in bytes. Where that page is larger
// than the piece, all of the page is memory and is mapped with it.
struct MapRange {
  PhysRange range{};
  std::uint64_t page_size = kSize4K;
  friend constexpr bool operator==(const MapRange&, const MapRange&) = default;
};

// Cuts `range`, with both ends rounded down to pages, at 2 MiB and 1 GiB boundaries:
//
//   1 GiB      |                       |                       |
//   range           =====================================================
//   pieces          |4K|-----2M--------|-----------1G----------|--2M--|4K|
//
// A piece may be mapped by a larger page if all of that page lies in one region of `memory`: the
// regions of memblock.memory, sorted. Neighbours of one page size are joined in the end. `largest`,
// in bytes, is largest_page(); no piece has larger pages.
// kernel: split_mem_range(), adjust_range_page_size_mask(), arch/x86/mm/init.c, v6.12
std::vector<MapRange> split_mem_range(PhysRange range, std::uint64_t largest,
                                      std::span<const PhysRange> memory);

}  // namespace memmap::paging
