// How the tests of the buddy allocator write kernels, regions and zones.
#pragma once

#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "zones/zones.h"

namespace memmap::buddy {

// What the kernel of that version does.
inline kernel::Behaviour version(unsigned major, unsigned minor, unsigned patch = 0) {
  return kernel::behaviour_of(kernel::Version{major, minor, patch}, 6);
}

// Of memblock: the page frames [start, end).
inline memblock::Region pages(std::uint64_t start, std::uint64_t end, int nid = 0,
                              std::uint32_t flags = 0) {
  return {PhysRange::make(start << kPageShift, end << kPageShift), flags, nid};
}

// Without a hole: the page frames [start, end).
inline zones::Zone zone(zones::ZoneType type, std::uint64_t start, std::uint64_t end) {
  return {type, Pfn{start}, end - start, end - start};
}

}  // namespace memmap::buddy
