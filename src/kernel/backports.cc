#include "kernel/backports.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "kernel/behaviour.h"
#include "kernel/distribution.h"

namespace memmap::kernel {
namespace {

constexpr unsigned kNever = std::numeric_limits<unsigned>::max();

// What was read: the source packages of EL8 (8.0, 8.3 to 8.10), EL9 (9.0 to 9.6) and EL10 (10.0), the
// function of each rule in each; of Ubuntu the changelog and source of linux 5.15.0-185.195. A rule of
// kernel/differences.cc without a row here is there as its version has it, or was not read in a way
// that tells. EL7's rows are of 3.10.0-1062.
// clang-format off
#define D(member) #member, &Behaviour::member

constexpr Backport kBackports[] = {
    // distribution, member, series, first build, first build that no longer does

    // EL7
    {"el7", D(min_free_reaches_256m), {3, 10, 0}, 0, 0},
    {"el7", D(ioremap_spares_isa), {3, 10, 0}, kNever, 0},
    // By its lists of patches: 987b3095c2a7 with -542, c9e97a1997fb with -899; not those between.
    {"el7", D(deferred_takes_section), {3, 10, 0}, 899, 0},
    {"el7", D(deferred_follows_node_size), {3, 10, 0}, 542, 899},

    // EL8
    {"el8", D(e820_full_is_prefixed), {4, 18, 0}, kNever, 0},
    {"el8", D(efi_reserve_edits_map), {4, 18, 0}, 240, 0},
    {"el8", D(efi_soft_reserves), {4, 18, 0}, 240, 0},
    {"el8", D(memblock_bottom_up_above_kernel), {4, 18, 0}, 0, 348},
    {"el8", D(reserves_first_mib), {4, 18, 0}, 348, 0},
    {"el8", D(crash_kernel_reserves_first_mib), {4, 18, 0}, 240, 348},
    {"el8", D(crash_kernel_below_4g), {4, 18, 0}, 240, 0},
    {"el8", D(acpi_reserves_tables), {4, 18, 0}, 348, 0},
    {"el8", D(log_has_descriptors), {4, 18, 0}, 372, 0},
    {"el8", D(fixmap_has_kmaps), {4, 18, 0}, 372, 0},
    {"el8", D(init_by_region), {4, 18, 0}, 305, 0},
    {"el8", D(sparse_buffer_on_node), {4, 18, 0}, 305, 0},
    {"el8", D(percpu_counts_map_words), {4, 18, 0}, 0, 348},
    {"el8", D(percpu_depopulates), {4, 18, 0}, 372, 0},
    {"el8", D(percpu_lists_by_kind), {4, 18, 0}, 305, 372},
    {"el8", D(cpu_entry_areas_are_random), {4, 18, 0}, 513, 0},
    {"el8", D(nohz_full_has_one_mask), {4, 18, 0}, 0, 0},
    {"el8", D(swiotlb_fewer_areas), {4, 18, 0}, 553, 0},
    {"el8", D(swiotlb_has_areas), {4, 18, 0}, 477, 0},
    {"el8", D(aperture_before_swiotlb), {4, 18, 0}, 477, 0},
    {"el8", D(swiotlb_slots), {4, 18, 0}, 372, 0},
    {"el8", D(handover_frees_to_tail), {4, 18, 0}, 348, 0},
    {"el8", D(min_free_reaches_256m), {4, 18, 0}, 240, 0},
    {"el8", D(pat_list_has_ranges), {4, 18, 0}, 348, 0},

    // EL9
    {"el9", D(e820_ram_ends_after_acpi), {5, 14, 0}, 570, 0},
    {"el9", D(e820_kexec_keeps_setup_data), {5, 14, 0}, 0, 503},
    {"el9", D(efi_map_reserved_early), {5, 14, 0}, 0, 362},
    {"el9", D(efi_removes_mmio), {5, 14, 0}, 362, 0},
    {"el9", D(memblock_tight_room_check), {5, 14, 0}, 503, 0},
    {"el9", D(memblock_merges_around_change), {5, 14, 0}, 503, 0},
    {"el9", D(memblock_sets_reserved_nodes), {5, 14, 0}, 503, 0},
    {"el9", D(memblock_mirrors_on_request), {5, 14, 0}, 362, 0},
    {"el9", D(memblock_free_is_phys_free), {5, 14, 0}, 162, 0},
    {"el9", D(allocates_within_bounds), {5, 14, 0}, 0, 0},
    {"el9", D(ibft_through_windows), {5, 14, 0}, 503, 0},
    {"el9", D(crash_kernel_is_generic), {5, 14, 0}, 570, 0},
    {"el9", D(pti_in_order), {5, 14, 0}, 503, 0},
    {"el9", D(disabled_cpus_are_possible), {5, 14, 0}, 0, 570},
    {"el9", D(possible_cpus_is_a_limit), {5, 14, 0}, 570, 0},
    {"el9", D(numa_takes_small_nodes), {5, 14, 0}, 503, 0},
    {"el9", D(mirror_needs_mirrored), {5, 14, 0}, 570, 0},
    {"el9", D(pageblocks_follow_thp), {5, 14, 0}, 570, 0},
    {"el9", D(percpu_large_early_reserve), {5, 14, 0}, 570, 0},
    {"el9", D(cpumask_constant_size), {5, 14, 0}, 503, 0},
    {"el9", D(cpu_entry_areas_are_random), {5, 14, 0}, 362, 0},
    {"el9", D(bringup_has_four_masks), {5, 14, 0}, 0, 503},
    {"el9", D(nohz_full_has_one_mask), {5, 14, 0}, 0, 162},
    {"el9", D(kfence_allocates_metadata), {5, 14, 0}, 570, 0},
    {"el9", D(hugetlb_cma_aligns_to_page), {5, 14, 0}, 0, 284},
    {"el9", D(hugetlb_cma_aligns_to_page), {5, 14, 0}, 570, 0},
    {"el9", D(hugetlb_head_page_is_copied), {5, 14, 0}, 503, 0},
    {"el9", D(efi_stub_unpacks), {5, 14, 0}, 427, 0},
    {"el9", D(kaslr_takes_unaccepted), {5, 14, 0}, 362, 0},
    {"el9", D(stack_depot_lists), {5, 14, 0}, 503, 0},
    {"el9", D(swiotlb_fewer_areas), {5, 14, 0}, 427, 0},
    {"el9", D(swiotlb_has_areas), {5, 14, 0}, 284, 0},
    {"el9", D(swiotlb_grows_for_tdx), {5, 14, 0}, 503, 0},
    {"el9", D(aperture_before_swiotlb), {5, 14, 0}, 284, 0},
    {"el9", D(cma_aligns_to_largest), {5, 14, 0}, 0, 362},
    {"el9", D(buddy_keeps_types_apart), {5, 14, 0}, 284, 0},
    {"el9", D(zonelist_loads_add_up), {5, 14, 0}, 362, 0},
    // Not read: taken to have come with mm's other rules of 5.16.
    {"el9", D(hugetlb_counts_by_node), {5, 14, 0}, 362, 0},
    {"el9", D(pageset_tunes_itself), {5, 14, 0}, 503, 0},
    {"el9", D(watermarks_spare_movable), {5, 14, 0}, 503, 0},
    {"el9", D(slab_merges_by_config), {5, 14, 0}, 503, 0},
    {"el9", D(huge_io_wants_one_type), {5, 14, 0}, 503, 0},
    {"el9", D(trampoline_maps_kernel), {5, 14, 0}, 362, 0},

    // EL10
    {"el10", D(zones_sum_to_node), {6, 12, 0}, 0, 0},
    {"el10", D(highatomic_counts_free), {6, 12, 0}, 0, 0},
    // Ubuntu: CVE-2023-0597. Flavours of clouds count from 1001, apart from these; they were not read.
    {"ubuntu", D(cpu_entry_areas_are_random), {5, 15, 0}, 79, 1000},
};

#undef D
// clang-format on

struct Builds {
  std::string_view distribution{};
  std::array<unsigned, 9> read{};
};
constexpr Builds kRead[] = {{"el7", {1062}},
                            {"el8", {80, 240, 305, 348, 372, 425, 477, 513, 553}},
                            {"el9", {70, 162, 284, 362, 427, 503, 570}},
                            {"el10", {55}}};

// The configurations that its packages are built with: of EL7 kernel-3.10.0-x86_64.config beside
// 3.10.0-1062, of EL8 kernel-x86_64.config of 4.18.0-448.el8, of EL9 and EL10 redhat/configs of
// 5.14.0-570.32.1.el9_6 and 6.12.0-55.24.1.el10_0.
struct Settings {
  std::string_view distribution{};
  bool x86_5level = false;
  bool deferred_struct_page_init = false;
  unsigned nodes_shift = 0;
  const char* nr_cpus = nullptr;
};
constexpr Settings kSettings[] = {{"el7", false, true, 10, "5120"},
                                  {"el8", true, true, 10, "8192"},
                                  {"el9", true, true, 10, "8192"},
                                  {"el10", true, true, 10, "8192"}};

struct Kernel {
  std::string_view id{};
  Version version{};
  unsigned build = 0;

  explicit Kernel(const Profile& profile) : version(profile.version) {
    const Distribution* whose = distribution_of(profile);
    if (whose == nullptr) return;
    id = whose->id;
    build = build_of(release_of(profile));
    const bool by_build = whose->rules == Distribution::Rules::builds;
    if (build == 0 && by_build) build = kNever - 1;
  }
  bool is_of(const Backport& b) const {
    return b.distribution == id && b.series.major == version.major &&
           b.series.minor == version.minor;
  }
};

bool does(const Kernel& kernel, const Difference& difference) {
  bool has_row = false;
  for (const Backport& b : kBackports) {
    if (b.member != difference.member || !kernel.is_of(b)) continue;
    if (b.holds(kernel.build)) return true;
    has_row = true;
  }
  // Ubuntu's rows are what it took over before its version did.
  return (!has_row || kernel.id == "ubuntu") && difference.holds(kernel.version);
}

}  // namespace

std::span<const Backport> backports() { return kBackports; }

bool does(const Profile& profile, const Difference& difference) {
  return does(Kernel(profile), difference);
}

unsigned take_backports(const Profile& profile, Behaviour& behaviour) {
  const Kernel kernel(profile);
  const auto is_of = [&](const Backport& b) { return kernel.is_of(b); };
  if (std::ranges::none_of(kBackports, is_of)) return 0;
  unsigned out = 0;
  for (const Difference& d : differences()) {
    const bool other = does(kernel, d) != d.holds(kernel.version);
    behaviour.*d.member = d.holds(kernel.version) != other;
    out += other ? 1 : 0;
  }
  return out;
}

void take_settings(Profile& profile) {
  const Distribution* whose = distribution_of(profile);
  const auto* it =
      std::ranges::find(kSettings, whose == nullptr ? "" : whose->id, &Settings::distribution);
  if (it == std::end(kSettings)) return;
  profile.x86_5level = it->x86_5level;
  profile.deferred_struct_page_init = it->deferred_struct_page_init;
  profile.nodes_shift = it->nodes_shift;
  profile.config.insert_or_assign("NR_CPUS", it->nr_cpus);
}

bool build_was_read(const Profile& profile) {
  const Kernel kernel(profile);
  const auto* it = std::ranges::find(kRead, kernel.id, &Builds::distribution);
  return it == std::end(kRead) || std::ranges::find(it->read, kernel.build) != it->read.end();
}

}  // namespace memmap::kernel
