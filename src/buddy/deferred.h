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

// By node, the first page frame whose struct page is not yet initialised at the hand-over; a node
// that is initialised whole is not in the map. Only a node's highest zone is deferred, from the
// first section boundary behind one section's worth of present pages:
//
//   sections    |-------|-------|-------|-------|
//   zone          |=====================|
//   counted       |.....|..|                         32768 pages
//   initialised   |============|########|            ## deferred, from the next boundary on
//
// Before 5.8 holes count as well, where their section holds memory and no other node's memory is in
// them. `memory`: memblock.memory with nodes, sorted.
// kernel: defer_init(), memmap_init_range(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1;
// memmap_init_zone(), mm/page_alloc.c, v5.4
std::map<int, Pfn> first_deferred(std::span<const memblock::Region> memory,
                                  std::span<const zones::Node> nodes, bool kernelcore_mirror,
                                  const kernel::Behaviour& behaviour);

}  // namespace memmap::buddy
