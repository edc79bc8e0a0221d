#include "kernel/behaviour.h"

#include <initializer_list>

namespace memmap::kernel {
namespace {

// Came with a version, and into stable series of older ones with the patches of `stable`.
bool since_or_stable(Version v, Version first, std::initializer_list<Version> stable) {
  for (const Version s : stable) {
    if (v.major == s.major && v.minor == s.minor) return v >= s;
  }
  return v >= first;
}

}  // namespace

Behaviour behaviour_of(Version v, unsigned nodes_shift) {
  const auto since = [&](unsigned major, unsigned minor) { return v >= Version{major, minor, 0}; };
  using Bounded = Behaviour::Bounded;
  Behaviour b;
  if (!since(4, 19)) b.e820_table_full = "e820: too many entries";
  if (since(7, 0)) b.e820_table_full = "E820 table full";
  b.e820_ram_ends_after_acpi = since(6, 9);
  b.e820_kexec_keeps_setup_data = since(4, 15) && !since(6, 10);
  b.e820_nosave_between_ram = since_or_stable(v, {6, 15, 0},
                                              {{5, 4, 293},
                                               {5, 10, 237},
                                               {5, 15, 181},
                                               {6, 1, 135},
                                               {6, 6, 88},
                                               {6, 12, 24},
                                               {6, 13, 12},
                                               {6, 14, 3}});
  b.efi_reserve_edits_map = since(5, 5);
  b.efi_soft_reserves = since(5, 5);
  b.efi_removes_mmio = since(6, 1);
  b.max_numnodes = 1 << nodes_shift;
  b.memblock_tight_room_check = since(6, 3);
  b.memblock_merges_around_change = since(6, 3);
  b.memblock_empty_dummy = !since(6, 10);
  b.memblock_resize_panics = since(6, 7);
  b.memblock_any_invalid_node = since(6, 10);
  b.memblock_rsrv_noinit = since(6, 9);
  b.memblock_sets_reserved_nodes = since(6, 6);
  b.memblock_bottom_up_above_kernel = !since_or_stable(v, {5, 11, 0}, {{5, 4, 96}, {5, 10, 14}});
  b.memblock_mirrors_on_request = since(6, 0);
  b.memblock_logs_ranges = since(5, 11);
  if (!since(5, 16)) b.memblock_free_line = since(5, 10) ? "memblock_free" : "   memblock_free";
  b.bounded = since(5, 15) ? Bounded::allocates : Bounded::finds_and_reserves;
  b.bounded_crash_kernel = since(5, 10) ? Bounded::allocates : Bounded::finds_and_reserves;
  b.reserves_first_mib = since(5, 13);
  b.crash_kernel_reserves_first_mib = since(5, 5) && !since(5, 13);
  b.crash_kernel_below_4g = since(5, 2);
  b.crash_kernel_tells_low_ram = !since(5, 10);
  b.acpi_reserves_tables = since_or_stable(v, {5, 12, 0}, {{5, 10, 28}});
  b.numa_clears_to_no_node = since(6, 10);
  b.numa_distance_by_alloc = since(6, 12);
  b.hashes_follow_free_pages = since(6, 10);
  b.sparse_buffer_on_node = since(5, 5);
  b.command_line_copies = since(5, 6) ? 2 : 3;
  b.log_has_descriptors = since(5, 10);
  b.percpu_counts_map_words = !since_or_stable(v, {5, 9, 0}, {{5, 4, 68}});
  b.percpu_depopulates = since(5, 14);
  b.percpu_lists_by_kind = since(5, 9) && !since(5, 14);
  b.percpu_large_early_reserve = since(6, 6);
  b.percpu_grows_with_lockdep = !since(6, 9);
  b.cpumask_constant_size = since(6, 3);
  b.bringup_cpumasks = since(6, 5) ? 1 : 4;
  b.kfence_allocates_metadata = since(6, 6);
  b.hugetlb_cma_aligns_to_page = since(6, 10);
  b.has_reserve_mem = since(6, 12);
  b.stack_depot_lists = since(6, 9);
  b.has_slab_debug = since(6, 9);
  b.swiotlb_fewer_areas = since(6, 6);
  b.swiotlb_has_areas = since(6, 0);
  b.swiotlb_slots = since(5, 14);
  return b;
}

Behaviour behaviour_of(const Profile& profile) {
  Behaviour b = behaviour_of(profile.version, profile.numa ? profile.nodes_shift : 0);
  b.numa = profile.numa;
  return b;
}

}  // namespace memmap::kernel
