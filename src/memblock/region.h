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
  kRsrvNoinit = 16,    // MEMBLOCK_RSRV_NOINIT, 6.12
};

inline constexpr int kAnyNode =
    -1;  // NUMA_NO_NODE (and what memblock stores as MAX_NUMNODES before nodes are known)

// kernel: struct memblock_region
struct Region {
  PhysRange range{};
  std::uint32_t flags = kNone;
  int nid = kAnyNode;
  friend constexpr bool operator==(const Region&, const Region&) = default;
};

using Regions = std::vector<Region>;  // sorted by base, disjoint, as memblock keeps them

}  // namespace memmap::memblock
