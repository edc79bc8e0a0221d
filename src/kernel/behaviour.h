// What kernels do differently from version to version, each difference under a name. Code asks for
// the name, never for the version.
#pragma once

#include <string_view>

#include "kernel/profile.h"
#include "kernel/version.h"

namespace memmap::kernel {

// Whoever adds a difference: names what the kernel does (not when), gives the version in
// behaviour_of(), and says where in the kernel it is to be seen. Read side by
// side: 5.4, 5.10, 5.11, 5.15, 6.1 and 6.12; the versions between follow the kernel's history.
struct Behaviour {
  // How a caller takes memory within bounds: in one call of memblock_phys_alloc_range(), or with
  // memblock_find_in_range() and a reservation of its own.
  enum class Bounded { allocates, finds_and_reserves };
  // __e820__range_add(): what it says of an entry that finds no place. Until 4.19 with `e820: ` in
  // front (read in 4.14); from 7.0 on in other words (read in 7.2).
  std::string_view e820_table_full = "too many entries";
  // e820__end_ram_pfn(): ACPI data at the end of memory counts as RAM does (6.9).
  bool e820_ram_ends_after_acpi = true;
  // e820__reserve_setup_data() marks the nodes in kexec's table too (until 6.10).
  bool e820_kexec_keeps_setup_data = false;
  // efi_arch_mem_reserve(): what is kept of EFI's boot services leaves the e820 table (5.5).
  bool efi_reserve_edits_map = true;
  // e820__register_nosave_regions(): what lies between the RAM (6.15, and the stable series
  // of 6.12, 6.6, 6.1, 5.15, 5.10 and 5.4 of that spring), or entry by entry: each that is no RAM,
  // and gaps.
  bool e820_nosave_between_ram = true;
  // efi_soft_reserve_enabled(): memory for specific purposes is kept for drivers (5.5).
  bool efi_soft_reserves = true;
  // efi_remove_e820_mmio(): large EFI MMIO windows go from the map (6.2, and 6.1's stable series).
  bool efi_removes_mmio = true;

  // MAX_NUMNODES: what memblock stores as the node of memory that has none yet.
  int max_numnodes = 64;
  // CONFIG_NUMA: regions have a node; without, it reads as 0.
  bool numa = true;

  // mm/memblock.c, memblock_add_range(): how much room it wants before it inserts without counting
  // first: cnt * 2 + 1 <= max (6.3), or cnt * 2 + 1 < max.
  bool memblock_tight_room_check = true;
  // memblock_merge_regions(): joins neighbours around the change only (6.3), or in the whole list.
  bool memblock_merges_around_change = true;
  // An empty list holds one region of no size, and counts it (until 6.9).
  bool memblock_empty_dummy = false;
  // memblock_double_array() before memblock_allow_resize(): panics (6.7), or fails.
  bool memblock_resize_panics = true;
  // A node that is not valid, MAX_NUMNODES too, selects every node (numa_valid_node(), 6.10);
  // before, only NUMA_NO_NODE does, and MAX_NUMNODES is taken for it with a warning.
  bool memblock_any_invalid_node = true;
  // memblock_reserved_mark_noinit(), MEMBLOCK_RSRV_NOINIT (6.9).
  bool memblock_rsrv_noinit = true;
  // memmap_init_reserved_pages() gives the reserved regions their nodes (6.6).
  bool memblock_sets_reserved_nodes = true;
  // memblock_find_in_range_node(): bottom-up looks above the kernel image only, then falls back to
  // top-down with a warning (until 5.11, 5.10.14, 5.4.96).
  bool memblock_bottom_up_above_kernel = false;
  // memblock_mark_mirror() does nothing without kernelcore=mirror (6.0).
  bool memblock_mirrors_on_request = true;
  // memblock_phys_alloc_range() logs what it is asked for (5.11).
  bool memblock_logs_ranges = true;
  // What memblock_phys_free() calls itself in the log: `memblock_free` until 5.16, and before 5.10
  // with three blanks in front of it.
  std::string_view memblock_free_line = "memblock_phys_free";
  // Page tables, the trampoline, distances of nodes: allocated (5.15); crash kernel and initrd
  // (5.10).
  Bounded bounded = Bounded::allocates;
  Bounded bounded_crash_kernel = Bounded::allocates;
  // reserve_real_mode(): no page below 1 MiB stays free (5.13); before, only with crashkernel=
  // (5.5).
  bool reserves_first_mib = true;
  bool crash_kernel_reserves_first_mib = false;
  // reserve_crashkernel(): CRASH_ADDR_LOW_MAX is 4 GiB, and without room there it looks above
  // (5.2); before, 896 MiB, and only with `,high` above.
  bool crash_kernel_below_4g = true;
  // reserve_crashkernel_low() tells how much RAM lies below 4 GiB (until 5.10), or its limit.
  bool crash_kernel_tells_low_ram = false;
  // acpi_boot_table_init() reserves the tables (5.12, and 5.10's stable series).
  bool acpi_reserves_tables = true;

  // numa_init() takes the nodes from all regions: to NUMA_NO_NODE (6.10), or to MAX_NUMNODES.
  bool numa_clears_to_no_node = true;
  // numa_alloc_distance(): memblock_alloc() (6.12), or memblock_phys_alloc_range().
  bool numa_distance_by_alloc = true;
  // nr_kernel_pages counts what memblock has free (6.10), or the zones' pages less their struct
  // pages and what is taken below 16 MiB.
  bool hashes_follow_free_pages = true;
  // sparse_buffer_init(): aligned to a section's struct pages, on that node alone (5.5), or to a
  // page, elsewhere if need be.
  bool sparse_buffer_on_node = true;

  // initcall_command_line: a third copy of the command line (until 5.6).
  unsigned command_line_copies = 2;
  // setup_log_buf(): descriptors and records beside the text (5.10), or the text alone.
  bool log_has_descriptors = true;
  // pcpu_alloc_first_chunk() counts the words of its map of pages, not their bytes (until 5.9 and
  // 5.4.68).
  bool percpu_counts_map_words = false;
  // Chunks' lists: those that go away have their own (5.14); before, one set for each kind of chunk
  // where memory is accounted to groups (5.9).
  bool percpu_depopulates = true;
  bool percpu_lists_by_kind = false;
  // PERCPU_DYNAMIC_EARLY_SIZE is 20 KiB (6.6), or 12.
  bool percpu_large_early_reserve = true;
  // PERCPU_DYNAMIC_SIZE_SHIFT grows once more with LOCKDEP: as long as x86 had no
  // CONFIG_PAGE_SIZE_4KB (until 6.8).
  bool percpu_grows_with_lockdep = false;
  // cpumask_size(): a constant where NR_CPUS is at most 256, large_cpumask_bits (6.3).
  bool cpumask_constant_size = true;
  // CPU masks for bringing processors up: of those initialised, calling in and called out too
  // (until 6.5).
  unsigned bringup_cpumasks = 1;
  // kfence_alloc_pool_and_metadata() (6.6): the objects' records are no longer in the image.
  bool kfence_allocates_metadata = true;
  // hugetlb_cma_reserve(): an area begins where a page of 1 GiB can (6.10), or one of 2 MiB.
  bool hugetlb_cma_aligns_to_page = true;
  // reserve_mem= (6.12).
  bool has_reserve_mem = true;
  // stack_depot_early_init(): its table holds lists (6.9) and is not zeroed, or pointers.
  bool stack_depot_lists = true;
  // slab_debug= is another name of slub_debug= (6.9).
  bool has_slab_debug = true;
  // swiotlb_init_remap(): a smaller buffer has fewer areas (6.6).
  bool swiotlb_fewer_areas = true;
  // swiotlb_init_remap(): areas, as many as processors, and a smaller buffer where there is no room
  // (6.0); before, swiotlb_init() has one size.
  bool swiotlb_has_areas = true;
  // A slot's records: one array of struct io_tlb_slot (5.14), or one of int and one of addresses.
  bool swiotlb_slots = true;
};

// Of a version, the stable series' patches in mind; and of a profile's kernel.
Behaviour behaviour_of(Version v, unsigned nodes_shift);
Behaviour behaviour_of(const Profile& profile);

}  // namespace memmap::kernel
