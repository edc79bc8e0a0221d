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

// The parameters that make a ZONE_MOVABLE, as parsed. Sizes in pages, percentages of all pages; 0:
// not given. A percentage wins over a size of the same parameter.
struct MovableOptions {
  bool movable_node = false;  // movable_node: hot-pluggable regions; the others are ignored then
  bool kernelcore_mirror = false;  // kernelcore=mirror; sizes are ignored then
  std::uint64_t kernelcore_pages = 0;
  std::uint64_t kernelcore_percent = 0;
  std::uint64_t movablecore_pages = 0;
  std::uint64_t movablecore_percent = 0;

  bool any() const {
    return movable_node || kernelcore_mirror || kernelcore_pages || kernelcore_percent ||
           movablecore_pages || movablecore_percent;
  }
};

// First page frame of ZONE_MOVABLE by node; a node that has none is left out. `lowest` is the first
// page frame of the highest zone that exists: ZONE_MOVABLE takes the end of that zone only.
//
//   node 0   |===kernelcore===|~~~~~~~movable~~~~~~~|
//   node 1                                          |==kernelcore==|~~~~~movable~~~~~|
//            the kernel's share is spread evenly; what a small node cannot give, the others do
//
// Warnings that the kernel prints are appended to `events`.
// kernel: find_zone_movable_pfns_for_nodes(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
std::map<int, Pfn> movable_starts(std::span<const memblock::Region> memory, Pfn lowest,
                                  const MovableOptions& options, unsigned max_page_order,
                                  const kernel::Behaviour& behaviour, Events& events);

}  // namespace memmap::zones
