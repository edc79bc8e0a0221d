// The hand-over: what memblock still has free becomes the free blocks of the zones.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/address.h"
#include "buddy/free_area.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "zones/zones.h"

namespace memmap::buddy {

struct Options {
  Pfn max_low_pfn{};               // pages from here on are never freed
  bool deferred_init = false;      // CONFIG_DEFERRED_STRUCT_PAGE_INIT and no early_page_ext
  bool kernelcore_mirror = false;  // kernelcore=mirror: Normal and Movable overlap
  unsigned max_page_order = 10;    // 0..30
  unsigned pageblock_order = 9;    // 0..30
  kernel::Behaviour behaviour{};
};

struct ZoneFree {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma;
  std::uint64_t managed_pages = 0;  // equals the pages of `free`
  FreeArea free{};
};

struct Handoff {
  std::vector<ZoneFree> zones{};        // every zone of every node, in their order
  std::map<int, Pfn> first_deferred{};  // by node; absent: all of it is initialised
  // What memblock_free_all() adds to totalram_pages: the deferred pages count already.
  std::uint64_t totalram_pages = 0;
};

// Frees every whole page of memory that is not reserved, not nomap, not driver-managed:
//
//   memory      |==========================|      |=============|
//   reserved       |####|       |#|
//   pages       |..|..|..|..|..|..|..|..|..|      |..|..|..|..|.
//   freed       |==|     |=====|     |=====|      |===========|
//
// Free pages of a zone merge into the largest aligned blocks, which is the same as cutting each run
// of them greedily. Blocks take the migrate type of their pageblock: movable if the pageblock's
// first page is memory (memmap_init_range() comes by it; before 5.8 by holes within a zone too),
// else still 0, unmovable. CMA areas are reserved at this time and become free later. Both lists
// sorted, as memblock keeps them; memory with nids. O((memory + reserved) log(memory)), independent
// of the number of pages. kernel: memblock_free_all(), mm/memblock.c; __free_one_page(),
// mm/page_alloc.c; memmap_init_range(), mm/mm_init.c, v6.12
Handoff free_all(std::span<const memblock::Region> memory,
                 std::span<const memblock::Region> reserved, std::span<const zones::Node> nodes,
                 const Options& options);

}  // namespace memmap::buddy
