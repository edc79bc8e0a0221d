// The kernel's iterations over memblock's lists, as the ranges they visit.
#pragma once

#include <cstdint>
#include <vector>

#include "memblock/memblock.h"

namespace memmap::memblock {

enum class Direction { up, down };

struct MemRange {
  PhysRange range{};
  int nid = kAnyNode;  // as stored
  friend constexpr bool operator==(const MemRange&, const MemRange&) = default;
};
using MemRanges = std::vector<MemRange>;

// All are values: what a loop does to memblock does not change what it visits. Empty ranges (the
// kernel visits one between two touching reserved regions) are left out.

// for_each_mem_range() and _rev(): memory but for nomap regions.
MemRanges mem_ranges(const Memblock& memblock, Direction direction = Direction::up);
// for_each_free_mem_range() and _reverse(): memory that is not reserved, of a node, by flags.
MemRanges free_mem_ranges(const Memblock& memblock, int nid = kAnyNode, std::uint32_t flags = kNone,
                          Direction direction = Direction::up);
// for_each_reserved_mem_range().
MemRanges reserved_mem_ranges(const Memblock& memblock);
// for_each_physmem_range(): the machine's memory, without what `except` (nullptr: nothing) covers.
MemRanges physmem_ranges(const Memblock& memblock, const RegionType* except);

// Whole pages of a region of memory.
struct PfnRange {
  Pfn start{};
  Pfn end{};
  int nid = kAnyNode;  // as stored
  friend constexpr bool operator==(const PfnRange&, const PfnRange&) = default;
};
// for_each_mem_pfn_range(): all memory, nomap too; regions without a whole page are left out. A
// `nid` that is no node (MAX_NUMNODES) stands for all.
std::vector<PfnRange> mem_pfn_ranges(const Memblock& memblock, int nid = kAnyNode);

}  // namespace memmap::memblock
