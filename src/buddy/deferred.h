// Which pages a kernel with CONFIG_DEFERRED_STRUCT_PAGE_INIT leaves for later.
#pragma once

#include <map>
#include <span>

#include "base/address.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "zones/zones.h"

namespace memmap::buddy {

inline constexpr std::uint64_t kPagesPerSection = 1ull << 15;  // SECTION_SIZE_BITS 27: 128 MiB

// By node, how many pages of its highest zone are initialised at once.
using PagesAtOnce = std::map<int, std::uint64_t>;

// Since 4.17 a section. Before, 2 GiB; since 4.6 at least a 256th of what the node spans; since 4.12 as many pages more as
// `reserved` has in regions that begin or end within these, counted whole: memblock's, as it is when zones are set up. Until
// 4.15 that looks for them at the page frames' numbers, and counts their bytes.
// kernel: defer_init(), mm/mm_init.c, v6.12; reset_deferred_meminit(), update_defer_init(), mm/page_alloc.c,
// memblock_reserved_memory_within(), mm/memblock.c, of the patches 3a80a7fa7989, 987b3095c2a7, 864b9a393dcb and
// d135e5750205
std::uint64_t pages_at_once(const zones::Node& node, std::span<const memblock::Region> reserved,
                            const kernel::Behaviour& behaviour);

// By node, the first page frame whose struct page is not yet initialised at the hand-over; a node
// that is initialised whole is not in the map. Only a node's highest zone is deferred, from the
// first section boundary behind what is initialised at once, here one section's worth of present pages:
//
//   sections    |-------|-------|-------|-------|
//   zone          |=====================|
//   counted       |.....|..|                         32768 pages
//   initialised   |============|########|            ## deferred, from the next boundary on
//
// Before 5.8 holes count as well, where their section holds memory and no other node's memory is in
// them. `memory`: memblock.memory with nodes, sorted. A node that `at_once` lacks has a section.
// kernel: defer_init(), memmap_init_range(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1;
// memmap_init_zone(), mm/page_alloc.c, v5.4
std::map<int, Pfn> first_deferred(std::span<const memblock::Region> memory,
                                  std::span<const zones::Node> nodes, bool kernelcore_mirror,
                                  const PagesAtOnce& at_once, const kernel::Behaviour& behaviour);

}  // namespace memmap::buddy
