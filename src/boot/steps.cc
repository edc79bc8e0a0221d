#include "boot/steps.h"

#include <algorithm>

#include "boot/step_functions.h"
#include "boot/x86/acpi_upgrade.h"
#include "boot/x86/trims.h"

namespace memmap::boot {
namespace {

constexpr std::uint32_t kSetupE820Ext = 1;

bool has_efi(const Boot& b) {
  return b.machine.firmware == Firmware::efi && b.profile.has(config::EFI);
}
// EFI's map is still there after efi_init().
bool has_efi_map(const Boot& b) { return has_efi(b) && !efi_runtime_disabled(b); }
bool has_setup_data(const Boot& b) { return !b.machine.setup_data.empty(); }
bool has_user_map(const Boot& b) { return b.user.userdef; }
bool has_esrt(const Boot& b) { return has_efi_map(b) && b.machine.efi_esrt.has_value(); }
bool has_dmi(const Boot& b) { return b.profile.has(config::DMI); }
bool has_mpparse(const Boot& b) { return b.profile.has(config::X86_MPPARSE); }
bool wants_new_mptable(const Boot& b) {
  return has_mpparse(b) && b.profile.has(config::X86_IO_APIC) && b.has_parameter("alloc_mptable");
}
bool brings_acpi_tables(const Boot& b) {
  return b.machine.initrd && b.profile.has(config::ACPI) &&
         (b.machine.acpi_upgrade != 0 || !initrd_acpi_tables(b.machine).empty());
}
bool has_initrd(const Boot& b) { return b.machine.initrd.has_value(); }
bool has_extended_map(const Boot& b) {
  return !b.machine.extended_map.empty() ||
         std::ranges::any_of(b.machine.setup_data,
                             [](const SetupData& d) { return d.type == kSetupE820Ext; });
}

bool has_acpi(const Boot& b) { return b.acpi_enabled(); }
bool has_hpet(const Boot& b) {
  return has_acpi(b) && b.profile.has(config::HPET_TIMER) &&
         (b.machine.hpet || std::ranges::any_of(b.machine.acpi_tables, [](const AcpiTable& t) {
            return t.signature == "HPET";
          }));
}
bool has_bgrt(const Boot& b) {
  return has_efi(b) && has_acpi(b) && !b.has_parameter("bgrt_disable") &&
         std::ranges::any_of(b.machine.acpi_tables,
                             [](const AcpiTable& t) { return t.signature == "BGRT"; });
}
bool has_movable_node(const Boot& b) {
  return b.profile.memory_hotplug && b.has_parameter("movable_node");
}
bool checks_bios_corruption(const Boot& b) {
  return b.profile.has(config::X86_CHECK_BIOS_CORRUPTION);
}
bool has_io_apic(const Boot& b) { return b.profile.has(config::X86_IO_APIC); }
bool has_hibernation(const Boot& b) { return b.profile.has(config::HIBERNATION); }
bool has_dma_cma(const Boot& b) { return b.profile.has(config::DMA_CMA); }
bool has_hugetlb(const Boot& b) { return b.profile.has(config::HUGETLB_PAGE); }
bool has_hugetlb_cma(const Boot& b) {
  return b.profile.has(config::CMA) && has_hugetlb(b) && b.machine.cpu.gbpages.value_or(false);
}
bool has_kexec(const Boot& b) { return b.profile.has(config::KEXEC_CORE); }
bool has_crash_reserve(const Boot& b) { return b.profile.has(config::CRASH_RESERVE); }
bool has_kfence(const Boot& b) { return b.profile.has(config::KFENCE); }
// Somebody keeps call traces from the start: slab_debug with `U`, page_owner=on, kmemleak=on, or
// the kernel always does.
bool wants_stack_depot(const Boot& b) {
  return b.profile.has(config::STACKDEPOT) &&
         (b.profile.has(config::STACKDEPOT_ALWAYS_INIT) || stores_traces(b));
}
bool has_page_extension(const Boot& b) { return b.profile.has(config::PAGE_EXTENSION); }
bool has_debug_objects(const Boot& b) { return b.profile.has(config::DEBUG_OBJECTS); }
bool has_espfix(const Boot& b) { return b.profile.has(config::X86_ESPFIX64); }
bool has_page_table_isolation(const Boot& b) { return b.features.pti; }
bool has_swiotlb(const Boot& b) { return b.profile.has(config::SWIOTLB); }

constexpr std::string_view kMain = "init/main.c";
constexpr std::string_view kPrintk = "kernel/printk/printk.c";
constexpr std::string_view kMmInit = "arch/x86/mm/init.c";
constexpr std::string_view kIoApic = "arch/x86/kernel/apic/io_apic.c";
constexpr std::string_view kPerCpu = "arch/x86/kernel/setup_percpu.c";
constexpr std::string_view kEntryArea = "arch/x86/mm/cpu_entry_area.c";
constexpr std::string_view kSetup = "arch/x86/kernel/setup.c";
constexpr std::string_view kE820 = "arch/x86/kernel/e820.c";
constexpr std::string_view kMpParse = "arch/x86/kernel/mpparse.c";
constexpr std::string_view kEfi = "arch/x86/platform/efi/efi.c";
constexpr std::string_view kQuirks = "arch/x86/platform/efi/quirks.c";
constexpr std::string_view kMtrr = "arch/x86/kernel/cpu/mtrr/cleanup.c";

// trim<HOOK>: what the kernel's function of that name does is up to the trims that act at the hook
// (boot/trim.h); those of the kernel are plugins/trim_*, with their own versions and conditions.
//
// Versions: the oldest the rule was read in or seen in a log of; where it is known to hold from the
// start, none.
const Step kSteps[] = {
    // kernel function, file, since, until, when, what does it
    {"early_reserve_initrd", kSetup, {}, {5, 13}, nullptr, early_reserve_initrd},
    {"early_reserve_memory", kSetup, {5, 13}, {}, nullptr, early_reserve_memory},
    // Part of early_reserve_memory() then.
    {"efi_memblock_x86_reserve_range",
     kEfi,
     {5, 13},
     {5, 15, 11},
     has_efi,
     efi_memblock_x86_reserve_range},
    {"early_reserve_memory", kSetup, {}, {}, nullptr, trim<Hook::memblock_early>},
    {"e820__memory_setup", kE820, {}, {}, nullptr, e820_memory_setup},
    {"parse_setup_data", kSetup, {2, 6, 35}, {}, has_extended_map, e820_memory_setup_extended},
    {"e820__memory_setup", kE820, {}, {}, nullptr, trim<Hook::e820_firmware>},
    {"parse_early_param", "init/main.c", {}, {}, nullptr, parse_early_param},
    {"efi_memblock_x86_reserve_range", kEfi, {}, {5, 13}, has_efi, efi_memblock_x86_reserve_range},
    {"efi_memblock_x86_reserve_range",
     kEfi,
     {5, 15, 11},
     {},
     has_efi,
     efi_memblock_x86_reserve_range},
    {"memblock_set_bottom_up", kSetup, {3, 14}, {}, has_movable_node, movable_node},
    {"memblock_x86_reserve_range_setup_data",
     kSetup,
     {},
     {5, 13},
     has_setup_data,
     memblock_x86_reserve_range_setup_data},
    {"e820__reserve_setup_data", kE820, {2, 6, 27}, {}, has_setup_data, e820_reserve_setup_data},
    {"e820__finish_early_params", kE820, {}, {}, has_user_map, e820_finish_early_params},
    {"e820__finish_early_params", kE820, {}, {}, nullptr, trim<Hook::e820_command_line>},
    {"efi_init", kEfi, {}, {}, has_efi, efi_init},
    {"dmi_setup", "drivers/firmware/dmi_scan.c", {}, {}, has_dmi, dmi_setup},
    {"e820_add_kernel_range", kSetup, {3, 9, 0}, {}, nullptr, e820_add_kernel_range},
    {"trim_bios_range", kSetup, {}, {}, nullptr, trim_bios_range},  // Hook::e820_bios
    {"e820__end_of_ram_pfn", kE820, {}, {}, nullptr, e820_end_of_ram_pfn},
    // Hook::e820_mtrr
    {"mtrr_trim_uncached_memory", kMtrr, {}, {}, nullptr, mtrr_trim_uncached_memory},
    {"e820__end_of_low_ram_pfn", kE820, {}, {}, nullptr, e820_end_of_low_ram_pfn},
    {"find_mptable", kMpParse, {}, {}, has_mpparse, find_mptable},
    {"reserve_brk", kSetup, {}, {}, nullptr, reserve_brk},
    {"e820__memblock_setup", kE820, {}, {}, nullptr, e820_memblock_setup},
    {"e820__memblock_setup", kE820, {}, {}, nullptr, trim<Hook::memblock_filled>},
    {"memblock_dump_all", kE820, {}, {}, nullptr, memblock_dump_all},
    {"reserve_bios_regions", "arch/x86/kernel/ebda.c", {}, {5, 13}, nullptr, reserve_bios_regions},
    {"efi_find_mirror", "arch/x86/mm/numa.c", {4, 6, 0}, {}, has_efi_map, efi_find_mirror},
    {"efi_esrt_init", "drivers/firmware/efi/esrt.c", {4, 9, 0}, {}, has_esrt, efi_esrt_init},
    {"efi_reserve_boot_services", kQuirks, {3, 0, 0}, {}, has_efi_map, efi_reserve_boot_services},
    {"e820__memblock_alloc_reserved_mpc_new",
     kMpParse,
     {},
     {},
     wants_new_mptable,
     e820_memblock_alloc_reserved_mpc_new},
    {"setup_bios_corruption_check",
     "arch/x86/kernel/check.c",
     {},
     {},
     checks_bios_corruption,
     setup_bios_corruption_check},
    {"reserve_real_mode", "arch/x86/realmode/init.c", {3, 8, 0}, {}, nullptr, reserve_real_mode},
    {"trim_platform_memory_ranges",
     kSetup,
     {3, 8},
     {5, 13},
     nullptr,
     trim<Hook::memblock_platform>},
    {"trim_low_memory_range", kSetup, {}, {5, 13}, nullptr, trim_low_memory_range},
    {"init_mem_mapping", "arch/x86/mm/init.c", {}, {}, nullptr, init_mem_mapping},
    {"setup_log_buf", kPrintk, {}, {}, nullptr, setup_log_buf_early},
    {"reserve_initrd", kSetup, {}, {}, has_initrd, reserve_initrd},
    {"acpi_table_upgrade",
     "drivers/acpi/tables.c",
     {3, 7},
     {},
     brings_acpi_tables,
     acpi_table_upgrade},
    {"acpi_boot_table_init", "drivers/acpi/tables.c", {}, {}, has_acpi, acpi_boot_table_init},
    {"initmem_init", "arch/x86/mm/numa_64.c", {}, {}, nullptr, initmem_init},
    {"dma_contiguous_reserve",
     "kernel/dma/contiguous.c",
     {3, 5},
     {},
     has_dma_cma,
     dma_contiguous_reserve},
    {"hugetlb_cma_reserve", "mm/hugetlb.c", {5, 7}, {}, has_hugetlb_cma, hugetlb_cma_reserve},
    {"reserve_crashkernel", kSetup, {}, {6, 7}, has_kexec, reserve_crashkernel},
    {"arch_reserve_crashkernel", kSetup, {6, 7}, {}, has_crash_reserve, arch_reserve_crashkernel},
    {"memblock_find_dma_reserve", kMmInit, {}, {6, 10}, nullptr, memblock_find_dma_reserve},
    {"sparse_init", "mm/sparse.c", {}, {}, nullptr, sparse_init},
    {"alloc_offline_node_data", "mm/numa.c", {5, 18}, {}, nullptr, alloc_offline_node_data},
    {"free_area_init", "mm/mm_init.c", {}, {}, nullptr, free_area_init},
    {"calc_nr_kernel_pages", "mm/mm_init.c", {}, {}, nullptr, count_kernel_pages},
    {"acpi_parse_hpet", "arch/x86/kernel/acpi/boot.c", {}, {}, has_hpet, acpi_parse_hpet},
    {"efi_bgrt_init", "drivers/firmware/efi/efi-bgrt.c", {4, 16}, {}, has_bgrt, efi_bgrt_init},
    {"init_cpu_to_node", "arch/x86/mm/numa.c", {}, {5, 18}, nullptr, init_cpu_to_node},
    {"io_apic_init_mappings", kIoApic, {}, {}, has_io_apic, io_apic_init_mappings},
    {"e820__reserve_resources", kE820, {}, {}, nullptr, e820_reserve_resources},
    {"e820__register_nosave_regions", kE820, {}, {}, has_hibernation, e820_register_nosave_regions},
    {"setup_command_line", kMain, {}, {}, nullptr, setup_command_line},
    {"setup_per_cpu_areas", kPerCpu, {}, {}, nullptr, setup_per_cpu_areas},
    {"setup_cpu_local_masks", kPerCpu, {}, {}, nullptr, setup_cpu_masks},
    {"parse_args", kMain, {}, {}, nullptr, parse_args},
    {"print_unknown_bootoptions", kMain, {5, 14}, {}, nullptr, print_unknown_bootoptions},
    {"setup_log_buf", kPrintk, {}, {}, nullptr, setup_log_buf_late},
    {"vfs_caches_init_early", "fs/dcache.c", {}, {}, nullptr, vfs_caches_init_early},
    {"setup_cpu_entry_areas", kEntryArea, {4, 15}, {}, nullptr, setup_cpu_entry_areas},
    // mm_init(), mm_core_init() since 6.4. What has no function here takes nothing of memblock.
    // Struct pages lie in sections: nothing to do where they do.
    {"page_ext_init_flatmem", "mm/page_ext.c", {3, 18}, {}, has_page_extension, nullptr},
    {"init_debug_pagealloc", "include/linux/mm.h", {5, 3}, {5, 11}, nullptr, nullptr},
    {"init_mem_debugging_and_hardening", "mm/page_alloc.c", {5, 11}, {6, 4}, nullptr, nullptr},
    {"kfence_alloc_pool", "mm/kfence/core.c", {5, 12}, {}, has_kfence, kfence_alloc_pool},
    {"stack_depot_early_init",
     "lib/stackdepot.c",
     {5, 18},
     {},
     wants_stack_depot,
     stack_depot_early_init},
    {"report_meminit", kMain, {5, 3}, {}, nullptr, nullptr},
    // mem_init()
    {"pci_iommu_alloc", "arch/x86/kernel/pci-dma.c", {}, {}, has_swiotlb, pci_iommu_alloc},
    {"memblock_free_all", "mm/memblock.c", {}, {}, nullptr, memblock_free_all},
    // The page allocator has the memory from here on.
    {"x86_init.hyper.init_after_bootmem", "arch/x86/mm/init_64.c", {4, 18}, {}, nullptr, nullptr},
    {"kmem_cache_init", "mm/slub.c", {}, {}, nullptr, nullptr},
    {"kmemleak_init", "mm/kmemleak.c", {2, 6, 31}, {}, nullptr, nullptr},
    {"pgtable_init", "include/linux/mm.h", {3, 13}, {6, 12}, nullptr, nullptr},
    {"debug_objects_mem_init", "lib/debugobjects.c", {2, 6, 26}, {}, has_debug_objects, nullptr},
    {"vmalloc_init", "mm/vmalloc.c", {2, 6, 28}, {}, nullptr, nullptr},
    {"ioremap_huge_init", "lib/ioremap.c", {4, 1}, {5, 13}, nullptr, nullptr},
    {"init_espfix_bsp", "arch/x86/kernel/espfix_64.c", {4, 15}, {}, has_espfix, nullptr},
    {"pti_init", "arch/x86/mm/pti.c", {4, 15}, {}, has_page_table_isolation, pti_init},
};

}  // namespace

std::span<const Step> steps() { return kSteps; }

}  // namespace memmap::boot
