// The kernel's mapping of all memory at PAGE_OFFSET, with the page tables it takes on the way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/range.h"
#include "paging/features.h"
#include "paging/geometry.h"
#include "paging/mapping.h"
#include "paging/split.h"

namespace memmap::paging {

inline constexpr PhysAddr kIsaEnd{1 * kMiB};  // ISA_END_ADDRESS

enum class Direction { top_down, bottom_up };  // memblock's, when init_mem_mapping() runs

// Pages that early_alloc_pgt_buf() takes of the brk area: the tables below the PGD for the first
// MiB and for the first 2 MiB step, twice that if the map's place is random. kernel:
// INIT_PGT_BUF_SIZE, arch/x86/mm/init.c, v6.12
struct BrkConfig {
  bool x86_5level = true;        // CONFIG_X86_5LEVEL
  bool randomize_memory = true;  // CONFIG_RANDOMIZE_MEMORY
};
constexpr std::uint64_t brk_table_pages(BrkConfig c) {
  return (c.x86_5level ? 4u : 3u) * (c.randomize_memory ? 4u : 2u);
}

struct DirectMapOptions {
  Features features{};
  VirtAddr page_offset = kPageOffset4;  // 1 GiB aligned
  Pfn max_pfn{};
  Direction direction = Direction::top_down;
  // Top-down: where mapping starts, see top_block_end(). Bottom-up: the end of the kernel image.
  PhysAddr top_end{};
  PhysAddr kernel_end{};
  // Where those brk_table_pages() lie.
  PhysRange brk_tables{};
};

// Before it maps top-down the kernel allocates [2 MiB, aligned to 2 MiB, from 1 MiB to max_pfn] of
// memblock and frees it again; mapping starts at that block's end. `found` is the block's address
// or 0. kernel: memory_map_top_down(), arch/x86/mm/init.c, v6.12 (`addr + PMD_SIZE`)
PhysAddr top_block_end(PhysAddr found, Pfn max_pfn);

// A page table that is needed, in the order in which the kernel takes them. kernel:
// alloc_low_pages()
struct TableRequest {
  unsigned level = 1;  // of the table: 1 for one that holds 4 KiB pages
  VirtAddr virt{};     // the first address that it translates
  // The next page of brk_tables; else from memblock within `limits` (memory that is mapped already:
  // min_pfn_mapped to max_pfn_mapped).
  bool from_brk_tables = true;
  PhysRange limits{};  // empty: memblock is not asked
  // If memblock has nothing the brk area is extended by a page; false: the kernel panics.
  bool may_extend_brk = true;
};

// One call of init_memory_mapping().
struct MapStep {
  PhysRange range{};
  std::vector<MapRange> pieces{};
  std::vector<TableRequest> tables{};
};

struct DirectMap {
  Mappings mappings{};  // ascending
  std::vector<MapStep> steps{};
  std::size_t brk_tables_used = 0;  // pages
  Pfn max_pfn_mapped{};
  Pfn max_low_pfn_mapped{};  // the same below 4 GiB
};

// The first MiB is mapped whatever is there; above it, memory only, in steps that grow with what is
// mapped already, so that the tables for a step fit into what earlier steps mapped:
//
//   memory     |===========================|      |==========================|
//   top-down   |-----------4-----------|--3|      |--3------------|-----2----|1|
//   (steps)                                          512 MiB aligned  2 MiB    2 MiB
//
// `memory`: regions of memblock.memory at that moment, sorted. Pieces that end inside a 2 MiB or
// 1 GiB page whose whole is memory map all of it (split_mem_range()); what exists is kept.
// The kernel also clears entries above a range where the firmware's map has no RAM; no range ever
// has such entries mapped, so nothing comes of it.
// kernel: init_mem_mapping(), memory_map_top_down(), memory_map_bottom_up(),
// init_range_memory_mapping(), init_memory_mapping(), arch/x86/mm/init.c;
// kernel_physical_mapping_init(), arch/x86/mm/init_64.c, v6.1 and v6.12
DirectMap direct_map(std::span<const PhysRange> memory, const DirectMapOptions& options);

}  // namespace memmap::paging
