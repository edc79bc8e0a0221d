// The hand-over: memory that memblock has free becomes the free blocks of the zones.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/address.h"
#include "buddy/deferred.h"
#include "buddy/free_area.h"
#include "buddy/pageblocks.h"
#include "buddy/zone_pages.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "zones/zones.h"

namespace memmap::buddy {

struct Options {
  Pfn max_low_pfn{};               // pages from here on are not freed
  bool deferred_init = false;      // CONFIG_DEFERRED_STRUCT_PAGE_INIT, and not early_page_ext
  PagesAtOnce pages_at_once{};     // by node; see deferred.h
  bool kernelcore_mirror = false;  // kernelcore=mirror: Normal and Movable overlap
  unsigned max_page_order = 10;    // MAX_PAGE_ORDER, 0 to 30
  unsigned pageblock_order = 9;    // pages of one migrate type: 1 << pageblock_order, 0 to 30
  kernel::Behaviour behaviour{};
};

struct ZoneFree {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma;
  std::uint64_t managed_pages = 0;  // the pages of `free`
  FreeArea free{};
  OrderedLists
      unsorted{};  // the lists of a kernel that does not keep them ascending; see lists_of()
  std::vector<PageRun> deferred{};  // pages that wait, which become free later; ascending
};

// From head to tail: as `free` has them from 5.10 on, where what is handed over goes to the tails.
// page_alloc.shuffle=1 changes nothing before page_alloc_init_late(); before 5.10 it puts blocks of
// the largest order to head or tail by chance, and here they are to the head.
OrderedLists lists_of(const ZoneFree& zone);

struct Handoff {
  std::vector<ZoneFree> zones{};        // every zone of every node, in their order
  std::map<int, Pfn> first_deferred{};  // by node, see deferred.h; empty: nothing is deferred
  PageblockTypes pageblocks{};          // of all zones; what is deferred is unmovable still
  // What memblock_free_all() adds to totalram_pages. Deferred pages count, though not yet free.
  std::uint64_t totalram_pages = 0;
};

// Frees every whole page of memory that is not reserved, not nomap and not driver-managed; deferred
// pages wait.
//
//   memory      |==========================|      |=============|
//   reserved       |####|       |#|
//   pages       |..|..|..|..|..|..|..|..|..|      |..|..|..|..|.
//   freed       |==|     |=====|     |=====|      |===========|
//
// Free pages of a zone become the largest aligned blocks: merging buddies ends at the same blocks
// as cutting each run of pages greedily. A block has the migrate type of its pageblock: movable if
// the pageblock's first page is memory (before 5.8: or a hole within a zone), since
// memmap_init_range() sets it there (since 6.15 also if that page is deferred and reserved); else
// unmovable, which is 0. CMA areas are reserved still and
// become free later.
//
// `memory` and `reserved`: memblock's lists, sorted, memory with nodes. Takes O((memory + reserved)
// log(memory)), however many pages there are.
// kernel: memblock_free_all(), mm/memblock.c; __free_one_page(), mm/page_alloc.c;
// memmap_init_range(), mm/mm_init.c, v6.12
Handoff free_all(std::span<const memblock::Region> memory,
                 std::span<const memblock::Region> reserved, std::span<const zones::Node> nodes,
                 const Options& options);

}  // namespace memmap::buddy
