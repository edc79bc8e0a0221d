#include "paging/split.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::paging {
namespace {

// kernel: memblock_is_region_memory(), mm/memblock.c, v6.12
bool is_region_memory(std::span<const PhysRange> memory, PhysRange r) {
  auto region = std::upper_bound(memory.begin(), memory.end(), r.base(),
                                 [](PhysAddr a, PhysRange m) { return a < m.base(); });
  return region != memory.begin() && (--region)->contains(r);
}

// The page of this size around `r`; `r` does not cross its boundaries.
PhysRange around(PhysRange r, std::uint64_t size) {
  return PhysRange::make(align_down(raw(r.base()), size), align_up(raw(r.end()), size));
}

}  // namespace

std::vector<MapRange> split_mem_range(PhysRange range, std::uint64_t largest,
                                      std::span<const PhysRange> memory) {
  std::vector<MapRange> pieces;
  std::uint64_t at = align_down(raw(range.base()), kSize4K);
  const std::uint64_t limit = align_down(raw(range.end()), kSize4K);
  const auto cut_to = [&](std::uint64_t end, std::uint64_t page_size) {
    if (at >= end) return;
    pieces.push_back({PhysRange::make(at, end), std::min(page_size, largest)});
    at = end;
  };
  cut_to(std::min(align_up(at, kSize2M), limit), kSize4K);
  const std::uint64_t limit_2m = align_down(limit, kSize2M);
  cut_to(std::min(align_up(at, kSize1G), limit_2m), kSize2M);
  cut_to(align_down(limit, kSize1G), kSize1G);
  cut_to(limit_2m, kSize2M);
  cut_to(limit, kSize4K);

  for (MapRange& p : pieces) {
    for (const std::uint64_t size : {kSize2M, kSize1G}) {
      const bool wanted = size <= largest && size > p.page_size;
      if (wanted && is_region_memory(memory, around(p.range, size))) p.page_size = size;
    }
  }
  std::vector<MapRange> joined;
  for (const MapRange& p : pieces) {
    if (!joined.empty() && joined.back().range.end() == p.range.base() &&
        joined.back().page_size == p.page_size) {
      joined.back().range = PhysRange::make(raw(joined.back().range.base()), raw(p.range.end()));
    } else {
      joined.push_back(p);
    }
  }
  return joined;
}

}  // namespace memmap::paging
