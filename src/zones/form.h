// memblock.memory with node ids -> nodes and their zones.
#pragma once

#include <span>
#include <vector>

#include "base/event.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "zones/limits.h"
#include "zones/movable.h"
#include "zones/zones.h"

namespace memmap::zones {

struct Options {
  MovableOptions movable{};
  unsigned max_page_order = 10;
  kernel::Behaviour behaviour{};
};

struct Formed {
  std::vector<Node> nodes{};  // one for each of `nids`, ascending; without memory: all 0
  Events events{};            // what the kernel warns of
};

// The first and last + 1 page frame of the regions of a node that hold whole pages; both 0: none.
// kernel: get_pfn_range_for_nid(), mm/mm_init.c, v6.12
struct PfnRange {
  Pfn start{};
  Pfn end{};
};
PfnRange node_range(std::span<const memblock::Region> memory, int nid);

// Each node spans from its first to its last page; each zone of it spans the part between the
// zone's limits, holes included; `present` counts without holes and without other nodes' pages.
//
//   memory     |==0==|   |====0====|==1==|  |==1==|
//   limits   .........DMA32.........:.....Normal......
//   node 0     |-----spanned------|
//     DMA32    |-----spanned------|           present: the == parts
//   node 1                        |--|--------|
//     DMA32                       |--|
//     Normal                         |--------|
//
// kernel: free_area_init(), calculate_node_totalpages(), zone_spanned_pages_in_node(),
// zone_absent_pages_in_node(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
Formed form(std::span<const memblock::Region> memory, std::span<const int> nids,
            const Limits& limits, const Options& options);

}  // namespace memmap::zones
