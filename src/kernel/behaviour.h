// What kernels do differently from version to version, each difference under a name. Code asks for
// the name, never for the version.
#pragma once

#include <string_view>

#include "kernel/profile.h"
#include "kernel/version.h"

namespace memmap::kernel {

// What each name means, where the kernel does it and since when: kernel/differences.cc, a row a
// name. The values here are the newest kernel's that is known.
struct Behaviour {
  // How a caller takes memory within bounds: in one call of memblock_phys_alloc_range(), or with
  // memblock_find_in_range() and a reservation of its own.
  enum class Bounded { allocates, finds_and_reserves };

  // The e820 tables, EFI's map
  bool e820_full_is_prefixed = false;
  bool e820_full_is_of_table = true;
  bool e820_tells_gaps = true;
  bool e820_ram_ends_after_acpi = true;
  bool e820_kexec_keeps_setup_data = false;
  bool e820_nosave_between_ram = true;
  bool trims_bios_range = true;
  bool efi_map_reserved_early = false;
  bool efi_reserve_edits_map = true;
  bool efi_soft_reserves = true;
  bool efi_removes_mmio = true;
  bool memmap_takes_lists = true;
  bool memmap_adds_pmem = true;
  bool memmap_converts = true;

  // memblock
  bool memblock_trims_partial_pages = true;
  bool memblock_tight_room_check = true;
  bool memblock_merges_around_change = true;
  bool memblock_empty_dummy = false;
  bool memblock_resize_panics = true;
  bool memblock_any_invalid_node = true;
  bool memblock_rsrv_noinit = true;
  bool memblock_rsrv_kern = true;
  bool memblock_kho_scratch = true;
  bool memblock_alloc_panics = true;
  bool memblock_sets_reserved_nodes = true;
  bool memblock_bottom_up_above_kernel = false;
  bool memblock_mirrors_on_request = true;
  bool memblock_logs_ranges = true;
  bool memblock_free_is_phys_free = true;
  bool memblock_free_is_indented = false;

  // setup_arch(): who takes memory, and how
  bool allocates_within_bounds = true;
  bool crash_kernel_within_bounds = true;
  bool reserves_first_mib = true;
  bool snb_reserved_early = true;
  bool ibft_through_windows = true;
  bool crash_kernel_reserves_first_mib = false;
  bool crash_kernel_below_4g = true;
  bool crash_kernel_tells_low_ram = false;
  bool crash_kernel_is_generic = true;
  bool crash_kernel_goes_high = true;
  bool acpi_reserves_tables = true;
  bool pti_in_order = true;
  bool mitigations_are_vectors = true;
  bool paging_5level_always = true;
  bool x2apic_unknown_turns_off = true;
  bool disabled_cpus_are_possible = false;
  bool possible_cpus_is_a_limit = true;
  bool keeps_initcall_command_line = false;
  bool log_has_descriptors = true;
  bool log_buf_is_limited = true;

  // The fixmap, early_ioremap()
  bool fixmap_has_ghes = true;
  bool fixmap_has_text_poke = false;
  bool fixmap_paravirt_is_xxl = true;
  bool fixmap_has_kmaps = true;
  bool early_ioremap_tells_offset_last = true;

  // Nodes and zones
  bool numa_clears_to_no_node = true;
  bool numa_distance_by_alloc = true;
  bool numa_is_generic = true;
  bool numa_memblock_covers = true;
  bool numa_may_lack_a_mib = true;
  bool numa_misses_gaps = false;
  bool numa_takes_small_nodes = true;
  bool fake_nodes_keep_domains = true;
  bool early_page_ext_ends_deferral = true;
  bool hash_entries_are_whole = true;
  bool clearcpuid_takes_names = true;
  bool cxl_windows_are_nodes = true;
  bool cxl_windows_fill_blocks = true;
  bool cxl_windows_reach_neighbours = false;
  bool cxl_windows_are_reserved = true;
  bool cxl_windows_want_driver = true;
  bool zones_sum_to_node = false;
  bool movable_rounds_down = false;
  bool mirror_needs_mirrored = true;
  bool core_takes_percent = true;
  bool init_by_region = true;
  bool deferred_counts_low_zones = false;
  bool deferred_takes_section = true;
  bool deferred_follows_node_size = false;
  bool deferred_adds_reserved = false;
  bool deferred_confuses_units = false;
  bool reserved_pages_set_pageblocks = true;
  bool pageblocks_follow_thp = true;
  bool hashes_follow_free_pages = true;
  bool hashes_spare_one_node = true;
  bool sparse_buffer_on_node = true;
  bool sparse_usage_near_node = false;
  bool sparse_has_buffer = false;
  bool struct_pages_not_traced = true;
  bool free_area_init_after_setup = true;
  bool sections_behind_zones = true;

  // Per-CPU areas and masks
  bool percpu_counts_map_words = false;
  bool percpu_depopulates = true;
  bool percpu_lists_by_kind = false;
  bool percpu_large_early_reserve = true;
  bool cpu_entry_areas_are_random = true;
  bool percpu_grows_with_lockdep = false;
  bool cpumask_constant_size = true;
  bool bringup_has_four_masks = false;
  bool nohz_full_has_one_mask = true;
  bool isolcpus_keeps_boot_mask = true;

  // The last before the hand-over
  bool kfence_allocates_metadata = true;
  bool hugetlb_cma_aligns_to_page = true;
  bool hugetlb_counts_before_line = true;
  bool efi_frees_boot_services_late = true;
  bool hugetlb_head_page_is_copied = true;
  bool hugetlb_reads_early = true;
  bool hugetlb_checks_zones = true;
  bool hugetlb_tails_of_zone = true;
  bool hugetlb_node_alone = true;
  bool hugetlb_counts_by_node = true;
  bool hugetlb_has_own_allocator = true;
  bool hugetlb_cma_is_whole = true;
  bool hugetlb_cma_takes_percent = true;
  bool cma_has_ranges = true;
  bool iommu_comes_first = true;
  bool numa_cma_comes_last = true;
  bool crash_kernel_has_cma = true;
  bool real_mode_tells_limit = true;
  bool real_mode_may_wait = true;
  bool kaslr_reads_efi_fake_mem = false;
  bool kaslr_reads_whole_hugepages = true;
  bool efi_stub_unpacks = true;
  bool efi_stub_takes_first_by_words = true;
  bool kaslr_takes_unaccepted = true;
  bool has_reserve_mem = true;
  bool reserve_mem_tells = true;
  bool stack_depot_lists = true;
  bool stack_depot_has_pools = true;
  bool has_slab_debug = true;
  bool swiotlb_fewer_areas = true;
  bool swiotlb_has_areas = true;
  bool swiotlb_slots = true;
  bool swiotlb_grows_for_tdx = true;
  bool aperture_before_swiotlb = true;
  bool cma_goes_bottom_up = true;
  bool cma_aligns_to_largest = false;

  // The page allocator
  bool handover_frees_to_tail = true;
  bool buddy_keeps_types_apart = true;
  bool lists_follow_pageblocks = true;
  bool fallback_claims_first = true;
  bool highatomic_spares_small_zones = true;
  bool highatomic_counts_free = true;
  bool zonelist_loads_add_up = true;
  bool zonelist_leaves_bare_node_out = true;
  bool zonelist_of_possible_nodes = true;
  bool pageset_tunes_itself = true;
  bool pageset_frees_in_bounds = true;
  bool watermarks_spare_movable = true;
  bool min_free_reaches_256m = true;
  bool lowmem_reserve_is_kept_up = true;
  bool core_init_is_known = false;
  bool slab_wastes_half = true;
  bool slab_merges_by_config = true;
  bool kmalloc_odd_sizes_first = true;
  bool memcg_has_kmem = true;
  bool vmalloc_has_nodes = true;
  bool iomem_has_rodata = true;
  bool zoneinfo_has_cma = true;
  bool zoneinfo_has_promo = true;

  // After the hand-over: ioremap, vmalloc
  bool ioremap_spares_isa = false;
  bool iounmap_checks_range = true;
  bool huge_io_wants_one_type = true;
  bool vmalloc_tells_bounds = true;
  bool vmalloc_levels_are_there = true;
  bool memory_is_told_late = true;
  bool pat_list_has_ranges = true;
  bool trampoline_maps_kernel = true;

  // What rows above come to.
  std::string_view e820_table_full = "E820 table full";        // of an entry that finds no place
  std::string_view memblock_free_line = "memblock_phys_free";  // its name in memblock's log
  Bounded bounded = Bounded::allocates;
  Bounded bounded_crash_kernel = Bounded::allocates;  // the initrd too
  unsigned bringup_cpumasks = 1;
  unsigned command_line_copies = 2;

  // Not of a version: the profile's.
  int max_numnodes = 64;  // MAX_NUMNODES: what memblock stores as the node of memory without one
  bool numa = true;       // CONFIG_NUMA: regions have a node; without, it reads as 0
};

// Of a version, the stable series' patches in mind; and of a profile's kernel.
Behaviour behaviour_of(Version v, unsigned nodes_shift);
Behaviour behaviour_of(const Profile& profile);

}  // namespace memmap::kernel
