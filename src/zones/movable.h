// Where ZONE_MOVABLE starts in each node.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "base/address.h"
#include "base/event.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"

namespace memmap::zones {

// The parameters that ask for a ZONE_MOVABLE, as parsed. movable_node wins over kernelcore=mirror,
// that over the others; a percentage wins over a size of the same parameter.
struct MovableOptions {
  bool movable_node = false;       // hot-pluggable memory is movable
  bool kernelcore_mirror = false;  // memory that is not mirrored is movable
  // Pages, and per cent of all pages; 0: not given.
  std::uint64_t kernelcore_pages = 0;
  std::uint64_t kernelcore_percent = 0;
  std::uint64_t movablecore_pages = 0;
  std::uint64_t movablecore_percent = 0;

  bool any() const {
    return movable_node || kernelcore_mirror || kernelcore_pages || kernelcore_percent ||
           movablecore_pages || movablecore_percent;
  }
};

// The first page frame of ZONE_MOVABLE by node; a node without one is not in the map. `lowest` is
// the first page frame of the highest zone that exists: ZONE_MOVABLE takes the end of that zone
// only. Starts are rounded up to the largest free block, 1 << max_page_order pages.
//
//   node 0   |===kernelcore===|~~~~~~~movable~~~~~~~|
//   node 1                                          |==kernelcore==|~~~~~movable~~~~~|
//            the kernel's share is spread evenly; what a small node cannot give, the others do
//
// The kernel's warnings are appended to `events`.
// kernel: find_zone_movable_pfns_for_nodes(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
std::map<int, Pfn> movable_starts(std::span<const memblock::Region> memory, Pfn lowest,
                                  const MovableOptions& options, unsigned max_page_order,
                                  const kernel::Behaviour& behaviour, Events& events);

}  // namespace memmap::zones
