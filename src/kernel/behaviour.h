// What kernels do differently from version to version, each difference under a name. Code asks for
// the name, never for the version.
#pragma once

#include "kernel/profile.h"
#include "kernel/version.h"

namespace memmap::kernel {

// Whoever adds a difference: names what the kernel does (not when), gives the version in
// behaviour_of(), and says where in the kernel it is to be seen. Read side by side: 6.1 and 6.12;
// the versions between follow the kernel's history.
struct Behaviour {
  // e820__end_ram_pfn(): ACPI data at the end of memory counts as RAM does (6.9).
  bool e820_ram_ends_after_acpi = true;
  // e820__reserve_setup_data() marks the nodes in kexec's table too (until 6.10).
  bool e820_kexec_keeps_setup_data = false;
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
  // top-down with a warning (until 5.11).
  bool memblock_bottom_up_above_kernel = false;

  // numa_init() takes the nodes from all regions: to NUMA_NO_NODE (6.10), or to MAX_NUMNODES.
  bool numa_clears_to_no_node = true;
  // numa_alloc_distance(): memblock_alloc() (6.12), or memblock_phys_alloc_range().
  bool numa_distance_by_alloc = true;
  // nr_kernel_pages counts what memblock has free (6.10), or the zones' pages less their struct
  // pages and what is taken below 16 MiB.
  bool hashes_follow_free_pages = true;
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
  // hugetlb_cma_reserve(): an area begins where a page of 1 GiB can (6.12), or one of 2 MiB.
  bool hugetlb_cma_aligns_to_page = true;
  // reserve_mem= (6.12).
  bool has_reserve_mem = true;
  // stack_depot_early_init(): its table holds lists (6.9) and is not zeroed, or pointers.
  bool stack_depot_lists = true;
  // slab_debug= is another name of slub_debug= (6.9).
  bool has_slab_debug = true;
  // swiotlb_init_remap(): a smaller buffer has fewer areas (6.6).
  bool swiotlb_fewer_areas = true;
};

inline Behaviour behaviour_of(Version v, unsigned nodes_shift) {
  const auto since = [&](unsigned major, unsigned minor) { return v >= Version{major, minor, 0}; };
  Behaviour b;
  b.e820_ram_ends_after_acpi = since(6, 9);
  b.e820_kexec_keeps_setup_data = since(4, 15) && !since(6, 10);
  b.efi_removes_mmio = since(6, 1);
  b.max_numnodes = 1 << nodes_shift;
  b.memblock_tight_room_check = since(6, 3);
  b.memblock_merges_around_change = since(6, 3);
  b.memblock_empty_dummy = !since(6, 10);
  b.memblock_resize_panics = since(6, 7);
  b.memblock_any_invalid_node = since(6, 10);
  b.memblock_rsrv_noinit = since(6, 9);
  b.memblock_sets_reserved_nodes = since(6, 6);
  b.memblock_bottom_up_above_kernel = !since(5, 12);
  b.numa_clears_to_no_node = since(6, 10);
  b.numa_distance_by_alloc = since(6, 12);
  b.hashes_follow_free_pages = since(6, 10);
  b.percpu_large_early_reserve = since(6, 6);
  b.percpu_grows_with_lockdep = !since(6, 9);
  b.cpumask_constant_size = since(6, 3);
  b.bringup_cpumasks = since(6, 5) ? 1 : 4;
  b.kfence_allocates_metadata = since(6, 6);
  b.hugetlb_cma_aligns_to_page = since(6, 12);
  b.has_reserve_mem = since(6, 12);
  b.stack_depot_lists = since(6, 9);
  b.has_slab_debug = since(6, 9);
  b.swiotlb_fewer_areas = since(6, 6);
  return b;
}

inline Behaviour behaviour_of(const Profile& profile) {
  Behaviour b = behaviour_of(profile.version, profile.numa ? profile.nodes_shift : 0);
  b.numa = profile.numa;
  return b;
}

}  // namespace memmap::kernel
