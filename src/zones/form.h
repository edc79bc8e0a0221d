// How nodes and their zones are formed from memblock.memory.
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
  unsigned max_page_order = 10;  // MAX_PAGE_ORDER: the largest free block has 1 << that many pages
  kernel::Behaviour behaviour{};
};

struct Formed {
  std::vector<Node> nodes{};  // one for each of `nids`, ascending; all 0 in one without memory
  Events events{};            // what the kernel warns of
};

struct PfnRange {
  Pfn start{};
  Pfn end{};
};
// The page frames [start, end) from a node's first whole page to its last, holes included; both are
// 0 for a node without one. kernel: get_pfn_range_for_nid(), mm/mm_init.c, v6.12
PfnRange node_range(std::span<const memblock::Region> memory, int nid);

// Each node spans the pages from its first to its last. Each of its zones spans the part between
// the zone's limits, holes included. present_pages leaves out holes and other nodes' pages.
// `memory`: memblock.memory with nodes, sorted.
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
