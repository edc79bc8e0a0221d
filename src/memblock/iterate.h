// The kernel's iterations over memblock's lists, as the ranges they visit.
#pragma once

#include <cstdint>
#include <vector>

#include "memblock/memblock.h"

namespace memmap::memblock {

enum class Direction { up, down };

struct MemRange {
  PhysRange range{};   // of one region
  int nid = kAnyNode;  // as the region has it: MAX_NUMNODES if it was given none
  friend constexpr bool operator==(const MemRange&, const MemRange&) = default;
};
using MemRanges = std::vector<MemRange>;

// All of these copy: what a loop does to memblock does not change what it visits. No range is
// empty; the kernel visits an empty one between two touching reserved regions.

// Memory without nomap regions, and without hotpluggable ones under movable_node.
// kernel: for_each_mem_range(), for_each_mem_range_rev()
MemRanges mem_ranges(const Memblock& memblock, Direction direction = Direction::up);
// Memory that is not reserved, by node and flags as Filter has them.
// kernel: for_each_free_mem_range(), for_each_free_mem_range_reverse()
MemRanges free_mem_ranges(const Memblock& memblock, int nid = kAnyNode, std::uint32_t flags = kNone,
                          Direction direction = Direction::up);
// All that is reserved, whether it is memory or not. kernel: for_each_reserved_mem_range()
MemRanges reserved_mem_ranges(const Memblock& memblock);
// physmem without what `except` covers; nullptr: all of it. kernel: for_each_physmem_range()
MemRanges physmem_ranges(const Memblock& memblock, const RegionType* except);

// The whole pages [start, end) of a region of memory.
struct PfnRange {
  Pfn start{};
  Pfn end{};
  int nid = kAnyNode;  // as the region has it
  friend constexpr bool operator==(const PfnRange&, const PfnRange&) = default;
};
// The regions of memory that hold a whole page, nomap regions too. A `nid` that is no node stands
// for all: kAnyNode, MAX_NUMNODES. kernel: for_each_mem_pfn_range()
std::vector<PfnRange> mem_pfn_ranges(const Memblock& memblock, int nid = kAnyNode);

}  // namespace memmap::memblock
