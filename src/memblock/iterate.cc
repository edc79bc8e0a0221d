#include "memblock/iterate.h"

#include <algorithm>

namespace memmap::memblock {
namespace {

// The ranges of `list` that pass `filter`, without what `except` covers, ascending.
// kernel: __next_mem_range(), mm/memblock.c, v6.12
MemRanges walk(const RegionList& list, const Filter& filter, const RegionList& except) {
  MemRanges out;
  auto hole = except.begin();
  for (auto p = list.begin(); p != list.end(); p = list.next(p)) {
    const Region& r = list.at(p);
    if (filter.skips(r)) continue;
    std::uint64_t at = raw(r.range.base());
    const std::uint64_t end = raw(r.range.end());
    while (hole != except.end() && raw(except.at(hole).range.end()) <= at) hole = except.next(hole);
    for (; hole != except.end() && raw(except.at(hole).range.base()) < end;
         hole = except.next(hole)) {
      const PhysRange cut = except.at(hole).range;
      if (raw(cut.base()) > at) out.push_back({PhysRange::make(at, raw(cut.base())), r.nid});
      at = raw(cut.end());
      if (at >= end) break;  // it may reach into the next region too
    }
    if (at < end) out.push_back({PhysRange::make(at, end), r.nid});
  }
  return out;
}

MemRanges turned(MemRanges ranges, Direction direction) {
  if (direction == Direction::down) std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

constexpr Filter kEvery{kAnyNode, kHotplug | kNomap | kDriverManaged, false};

}  // namespace

MemRanges mem_ranges(const Memblock& memblock, Direction direction) {
  const Filter filter{kAnyNode, kHotplug | kDriverManaged, memblock.options().movable_node};
  return turned(walk(memblock.memory().list, filter, RegionList()), direction);
}

MemRanges free_mem_ranges(const Memblock& memblock, int nid, std::uint32_t flags,
                          Direction direction) {
  const Filter filter{node_filter(nid, memblock.behaviour()), flags,
                      memblock.options().movable_node};
  return turned(walk(memblock.memory().list, filter, memblock.reserved().list), direction);
}

MemRanges reserved_mem_ranges(const Memblock& memblock) {
  return walk(memblock.reserved().list, kEvery, RegionList());
}

MemRanges physmem_ranges(const Memblock& memblock, const RegionType* except) {
  return walk(memblock.physmem().list, kEvery, except != nullptr ? except->list : RegionList());
}

// kernel: __next_mem_pfn_range(), mm/memblock.c, v6.12
std::vector<PfnRange> mem_pfn_ranges(const Memblock& memblock, int nid) {
  const bool every = nid < 0 || nid >= memblock.behaviour().max_numnodes;
  std::vector<PfnRange> out;
  const RegionList& list = memblock.memory().list;
  for (auto p = list.begin(); p != list.end(); p = list.next(p)) {
    const Region& r = list.at(p);
    const Pfn from = pfn_up(r.range.base());
    const Pfn to = pfn_down(r.range.end());
    if (from < to && (every || nid == r.nid)) out.push_back({from, to, r.nid});
  }
  return out;
}

}  // namespace memmap::memblock
