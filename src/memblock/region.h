// A region of memblock.memory or memblock.reserved.
#pragma once

#include <cstdint>
#include <vector>

#include "base/range.h"

namespace memmap::memblock {

// kernel: enum memblock_flags, include/linux/memblock.h
enum RegionFlags : std::uint32_t {
  kNone = 0,
  kHotplug = 1,        // MEMBLOCK_HOTPLUG
  kMirror = 2,         // MEMBLOCK_MIRROR
  kNomap = 4,          // MEMBLOCK_NOMAP
  kDriverManaged = 8,  // MEMBLOCK_DRIVER_MANAGED
  kRsrvNoinit = 16,    // MEMBLOCK_RSRV_NOINIT, since 6.9
  kRsrvKern = 32,      // MEMBLOCK_RSRV_KERN, since 6.16
  kKhoScratch = 64,    // MEMBLOCK_KHO_SCRATCH, since 6.16
  kRsrvHugetlb = 128,  // MEMBLOCK_RSRV_HUGETLB, since 7.3
};

// NUMA_NO_NODE: any node where memory is asked for, none where a region has it. Memblock itself
// gives regions whose node is not known MAX_NUMNODES (Behaviour::max_numnodes).
inline constexpr int kAnyNode = -1;

// kernel: struct memblock_region
struct Region {
  PhysRange range{};
  std::uint32_t flags = kNone;
  int nid = kAnyNode;
  friend constexpr bool operator==(const Region&, const Region&) = default;
};

// Sorted by base, disjoint, none empty: as memblock keeps them.
using Regions = std::vector<Region>;

}  // namespace memmap::memblock
