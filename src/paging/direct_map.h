// The kernel's direct map: all memory mapped at PAGE_OFFSET, and the page tables that this takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/range.h"
#include "paging/direct_pages.h"
#include "paging/features.h"
#include "paging/geometry.h"
#include "paging/mapping.h"
#include "paging/split.h"

namespace memmap::paging {

inline constexpr PhysAddr kIsaEnd{1 * kMiB};  // ISA_END_ADDRESS

enum class Direction { top_down, bottom_up };  // memblock's, when init_mem_mapping() runs

struct BrkConfig {
  bool x86_5level = true;        // CONFIG_X86_5LEVEL
  bool randomize_memory = true;  // CONFIG_RANDOMIZE_MEMORY
};
// Pages that early_alloc_pgt_buf() takes from the brk area: the tables below the PGD that the first
// MiB and the first step of 2 MiB need, and as many again if the map's place is random.
// kernel: INIT_PGT_BUF_SIZE, arch/x86/mm/init.c, v6.12
constexpr std::uint64_t brk_table_pages(BrkConfig c) {
  return (c.x86_5level ? 4u : 3u) * (c.randomize_memory ? 4u : 2u);
}

struct DirectMapOptions {
  Features features{};
  VirtAddr page_offset = kPageOffset4;  // a multiple of 1 GiB
  Pfn max_pfn{};                        // where mapping ends
  Direction direction = Direction::top_down;
  PhysAddr top_end{};      // of top-down: where mapping starts, see top_block_end()
  PhysAddr kernel_end{};   // of bottom-up: where mapping starts, the end of the kernel image
  PhysRange brk_tables{};  // brk_table_pages() pages of the brk area, for tables
  // Pages of these that go to somebody else once the first MiB is mapped.
  std::uint64_t pages_behind_first = 0;
};

// Where mapping top-down starts. The kernel finds out by allocating 2 MiB from memblock, aligned to
// 2 MiB, between 1 MiB and max_pfn, and freeing it again: it starts at that block's end. `found` is
// the block's address, or 0 if there was none.
// kernel: memory_map_top_down(), arch/x86/mm/init.c, v6.12 (`addr + PMD_SIZE`)
PhysAddr top_block_end(PhysAddr found, Pfn max_pfn);

// Page tables that the kernel needs, one after the other, and where it takes their pages from.
// kernel: alloc_low_pages(), arch/x86/mm/init.c, v6.12
struct TableRequest {
  unsigned level = 1;       // of a table: 1 for one that holds 4 KiB pages
  VirtAddr virt{};          // the first address that the first translates
  std::uint64_t count = 1;  // tables, of addresses that follow each other
  // True: the next pages of brk_tables. False: each a page from memblock within `limits`.
  bool from_brk_tables = true;
  PhysRange limits{};  // memory from min_pfn_mapped to max_pfn_mapped; empty: memblock is not asked
  // Where memblock has no page. True: the brk area is extended by one. False: the kernel panics.
  bool may_extend_brk = true;

  // The first address that table number `n` of them translates.
  VirtAddr virt_of(std::uint64_t n) const { return VirtAddr{raw(virt) + n * table_size(level)}; }
};

// One call of init_memory_mapping().
struct MapStep {
  PhysRange range{};                   // as asked for
  std::vector<MapRange> pieces{};      // of `range`, ascending
  std::vector<TableRequest> tables{};  // in the order in which the kernel takes them
};

struct DirectMap {
  Mappings mappings{};              // ascending
  std::vector<MapStep> steps{};     // in the kernel's order
  DirectPages pages{};              // as the kernel counts them
  std::size_t brk_tables_used = 0;  // pages of DirectMapOptions::brk_tables
  Pfn max_pfn_mapped{};             // the end of what is mapped
  Pfn max_low_pfn_mapped{};         // the end of what is mapped below 4 GiB
};

// Maps the first MiB, whatever is there, and above it memory only. It goes in steps that grow with
// what is mapped already, so that the tables for a step fit into what earlier steps mapped:
//
//   memory     |===========================|      |==========================|
//   top-down   |-----------4-----------|--3|      |--3------------|-----2----|1|
//   (steps)                                          512 MiB aligned  2 MiB    2 MiB
//
// `memory`: the regions of memblock.memory at that moment, sorted. A piece that ends inside a
// larger page which is memory as a whole may be mapped by that page (split_mem_range()); pages and
// tables that exist are kept. The kernel also clears entries above a range where the firmware's map
// has no RAM. That changes nothing, since none of these is ever mapped.
// kernel: init_mem_mapping(), memory_map_top_down(), memory_map_bottom_up(),
// init_range_memory_mapping(), init_memory_mapping(), arch/x86/mm/init.c;
// kernel_physical_mapping_init(), arch/x86/mm/init_64.c, v6.1 and v6.12
DirectMap direct_map(std::span<const PhysRange> memory, const DirectMapOptions& options);

}  // namespace memmap::paging
