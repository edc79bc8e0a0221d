#include "boot/steps.h"

#include <algorithm>

#include "boot/steps/steps.h"

namespace memmap::boot {
namespace {

constexpr std::uint32_t kSetupE820Ext = 1;

bool has_efi(const Boot& b) { return b.machine.firmware == Firmware::efi; }
bool has_setup_data(const Boot& b) { return !b.machine.setup_data.empty(); }
bool has_user_map(const Boot& b) { return b.user.userdef; }
bool has_mpparse(const Boot& b) { return b.profile.has("X86_MPPARSE"); }
bool has_initrd(const Boot& b) { return b.machine.initrd.has_value(); }
bool has_extended_map(const Boot& b) {
  return !b.machine.extended_map.empty() ||
         std::ranges::any_of(b.machine.setup_data,
                             [](const SetupData& d) { return d.type == kSetupE820Ext; });
}

constexpr std::string_view kSetup = "arch/x86/kernel/setup.c";
constexpr std::string_view kE820 = "arch/x86/kernel/e820.c";
constexpr std::string_view kEfi = "arch/x86/platform/efi/efi.c";
constexpr std::string_view kQuirks = "arch/x86/platform/efi/quirks.c";
constexpr std::string_view kMtrr = "arch/x86/kernel/cpu/mtrr/cleanup.c";

// Versions: the oldest the rule was read in or seen in a log of; where it is known to hold from the
// start, none.
const Step kSteps[] = {
    // kernel function, file, since, until, when, what does it
    {"early_reserve_memory", kSetup, {}, {}, nullptr, early_reserve_memory},
    {"e820__memory_setup", kE820, {}, {}, nullptr, e820_memory_setup},
    {"parse_setup_data", kSetup, {2, 6, 35}, {}, has_extended_map, e820_memory_setup_extended},
    {"parse_early_param", "init/main.c", {}, {}, nullptr, parse_early_param},
    {"efi_memblock_x86_reserve_range", kEfi, {}, {}, has_efi, efi_memblock_x86_reserve_range},
    {"e820__reserve_setup_data", kE820, {2, 6, 27}, {}, has_setup_data, e820_reserve_setup_data},
    {"e820__finish_early_params", kE820, {}, {}, has_user_map, e820_finish_early_params},
    {"efi_init", kEfi, {}, {}, has_efi, efi_init},
    {"e820_add_kernel_range", kSetup, {3, 9, 0}, {}, nullptr, e820_add_kernel_range},
    {"trim_bios_range", kSetup, {2, 6, 34}, {}, nullptr, trim_bios_range},
    {"e820__end_of_ram_pfn", kE820, {}, {}, nullptr, e820_end_of_ram_pfn},
    {"mtrr_trim_uncached_memory", kMtrr, {}, {}, nullptr, mtrr_trim_uncached_memory},
    {"e820__end_of_low_ram_pfn", kE820, {}, {}, nullptr, e820_end_of_low_ram_pfn},
    {"find_mptable", "arch/x86/kernel/mpparse.c", {}, {}, has_mpparse, find_mptable},
    {"reserve_brk", kSetup, {}, {}, nullptr, reserve_brk},
    {"e820__memblock_setup", kE820, {}, {}, nullptr, e820_memblock_setup},
    {"efi_find_mirror", "arch/x86/mm/numa.c", {4, 6, 0}, {}, has_efi, efi_find_mirror},
    {"efi_reserve_boot_services", kQuirks, {3, 0, 0}, {}, has_efi, efi_reserve_boot_services},
    {"reserve_real_mode", "arch/x86/realmode/init.c", {3, 8, 0}, {}, nullptr, reserve_real_mode},
    {"init_mem_mapping", "arch/x86/mm/init.c", {}, {}, nullptr, init_mem_mapping},
    {"reserve_initrd", kSetup, {}, {}, has_initrd, reserve_initrd},
    {"acpi_boot_table_init", "drivers/acpi/tables.c", {}, {}, nullptr, acpi_boot_table_init},
    {"initmem_init", "arch/x86/mm/numa_64.c", {}, {}, nullptr, initmem_init},
    {"sparse_init", "mm/sparse.c", {}, {}, nullptr, sparse_init},
    {"free_area_init", "mm/mm_init.c", {}, {}, nullptr, free_area_init},
    {"memblock_free_all", "mm/memblock.c", {}, {}, nullptr, memblock_free_all},
};

}  // namespace

std::span<const Step> steps() { return kSteps; }

}  // namespace memmap::boot
