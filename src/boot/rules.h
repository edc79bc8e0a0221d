// The kernel's rules that events of a boot name: each stands once; beside it the versions in which it
// was read. Sorted by file.
#pragma once

#include <string_view>

#include "base/event.h"

namespace memmap::boot::rule {

// clang-format off
inline constexpr Rule kAcpiParseHpet               {"acpi_parse_hpet",                 "arch/x86/kernel/acpi/boot.c"};                          // v6.1 and v6.12
inline constexpr Rule kAlternatives                {"alternative_instructions",       "arch/x86/kernel/alternative.c"};                         // v6.1, v6.12 and v7.2
inline constexpr Rule kGartIommuHoleInit           {"gart_iommu_hole_init",            "arch/x86/kernel/aperture_64.c"};                        // v6.1 to v7.2
inline constexpr Rule kCheckX2apic                 {"check_x2apic",                    "arch/x86/kernel/apic/apic.c"};                          // v6.1, v6.12 and v7.2
inline constexpr Rule kSetupNox2apic               {"setup_nox2apic",                  "arch/x86/kernel/apic/apic.c"};                          // v6.1, v6.12 and v7.2
inline constexpr Rule kSetupBiosCorruptionCheck    {"setup_bios_corruption_check",     "arch/x86/kernel/check.c"};                              // v5.4 to v6.12
inline constexpr Rule kCrashReserveLow1M           {"crash_reserve_low_1M",            "arch/x86/kernel/crash.c"};                              // v5.10
inline constexpr Rule kAppendE820Table             {"__append_e820_table",             "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820EndRamPfn               {"e820__end_ram_pfn",               "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820FinishEarlyParams       {"e820__finish_early_params",       "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kSetupEarlyPrintk            {"setup_early_printk",              "arch/x86/kernel/early_printk.c"};                       // v6.1 to v7.2
inline constexpr Rule kE820MemorySetup             {"e820__memory_setup",              "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820MemorySetupDefault      {"e820__memory_setup_default",      "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820MemorySetupExtended     {"e820__memory_setup_extended",     "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820PrintTable              {"e820__print_table",               "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820ReserveSetupData        {"e820__reserve_setup_data",        "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kE820UpdateTablePrint        {"e820__update_table_print",        "arch/x86/kernel/e820.c"};                               // v6.1 and v6.12
inline constexpr Rule kInitEspfixRandom            {"init_espfix_random",              "arch/x86/kernel/espfix_64.c"};                          // v6.1, v6.12 and v7.2
inline constexpr Rule kIdtSetup                    {"idt_setup_apic_and_irq_gates",   "arch/x86/kernel/idt.c"};                                 // v6.1 and v6.12
inline constexpr Rule kMtrrCleanup                 {"mtrr_cleanup",                    "arch/x86/kernel/cpu/mtrr/cleanup.c"};                   // v6.1 to v7.2
inline constexpr Rule kIntelGraphicsStolen         {"intel_graphics_stolen",           "arch/x86/kernel/early-quirks.c"};                       // v6.12
inline constexpr Rule kSmpScanConfig               {"smp_scan_config",                 "arch/x86/kernel/mpparse.c"};                            // v6.12
inline constexpr Rule kE820AddKernelRange          {"e820_add_kernel_range",           "arch/x86/kernel/setup.c"};                              // v6.1 and v6.12
inline constexpr Rule kExtendBrk                   {"extend_brk",                      "arch/x86/kernel/setup.c"};                              // v6.1 and v6.12
inline constexpr Rule kRelocateInitrd              {"relocate_initrd",                 "arch/x86/kernel/setup.c"};                              // v6.1 and v6.12
inline constexpr Rule kReserveCrashkernel          {"reserve_crashkernel",             "arch/x86/kernel/setup.c"};                              // v5.4 to v6.1
inline constexpr Rule kReserveCrashkernelLow       {"reserve_crashkernel_low",         "arch/x86/kernel/setup.c"};                              // v5.4 to v6.1
inline constexpr Rule kReserveInitrd               {"reserve_initrd",                  "arch/x86/kernel/setup.c"};                              // v6.1 and v6.12
inline constexpr Rule kParseSetupData              {"parse_setup_data",                "arch/x86/kernel/setup.c"};                              // v6.12
inline constexpr Rule kReserveRangeSetupData       {"memblock_x86_reserve_range_setup_data", "arch/x86/kernel/setup.c"};                        // v6.12
inline constexpr Rule kSetupPerCpuAreas            {"setup_per_cpu_areas",             "arch/x86/kernel/setup_percpu.c"};                       // v6.1 and v6.12
inline constexpr Rule kTbootProbe                  {"tboot_probe",                     "arch/x86/kernel/tboot.c"};                              // v6.1 and v6.12
inline constexpr Rule kInitCeaOffsets              {"init_cea_offsets",                "arch/x86/mm/cpu_entry_area.c"};                         // v6.1 and v6.12
inline constexpr Rule kSetupCpuEntryAreas         {"setup_cpu_entry_areas",           "arch/x86/mm/cpu_entry_area.c"};                         // v6.1 and v6.12
inline constexpr Rule kAllocLowPages               {"alloc_low_pages",                 "arch/x86/mm/init.c"};                                   // v6.1 and v6.12
inline constexpr Rule kFreeInitmem                 {"free_initmem",                   "arch/x86/mm/init.c"};                                    // v6.12
inline constexpr Rule kMarkRodataRo                {"mark_rodata_ro",                 "arch/x86/mm/init_64.c"};                                 // v6.1 and v6.12
inline constexpr Rule kSppGetpage                  {"spp_getpage",                     "arch/x86/mm/init_64.c"};                                // v6.1 and v6.12
inline constexpr Rule kAllocNodeDataOld            {"alloc_node_data",                 "arch/x86/mm/numa.c"};                                   // v5.4 and v5.10
inline constexpr Rule kPtiInit                     {"pti_init",                        "arch/x86/mm/pti.c"};                                    // v5.4 to v6.12
inline constexpr Rule kEfiInit                     {"efi_init",                        "arch/x86/platform/efi/efi.c"};                          // v6.12
inline constexpr Rule kEfiRemoveE820Mmio           {"efi_remove_e820_mmio",            "arch/x86/platform/efi/efi.c"};                          // v6.1 and v6.12
inline constexpr Rule kEfiArchMemReserve           {"efi_arch_mem_reserve",            "arch/x86/platform/efi/quirks.c"};                       // v6.1 and v6.12
inline constexpr Rule kEfiReserveBootServices      {"efi_reserve_boot_services",       "arch/x86/platform/efi/quirks.c"};                       // v6.1 and v6.12
inline constexpr Rule kEfiFreeBootServices         {"efi_free_boot_services",          "arch/x86/platform/efi/quirks.c"};                        // v6.1 and v6.12
inline constexpr Rule kInitRealMode                {"init_real_mode",                 "arch/x86/realmode/init.c"};                             // v6.1 and v6.12
inline constexpr Rule kReserveRealMode             {"reserve_real_mode",               "arch/x86/realmode/init.c"};                             // v6.1 and v6.12
inline constexpr Rule kAcpiReallocateRootTable     {"acpi_reallocate_root_table",      "drivers/acpi/acpica/tbxface.c (after the hand-over)"};  // v6.12
inline constexpr Rule kAcpiUtVerifyChecksum        {"acpi_ut_verify_checksum",         "drivers/acpi/acpica/utcksum.c"};                        // v6.12
inline constexpr Rule kAcpiTableUpgrade            {"acpi_table_upgrade",              "drivers/acpi/tables.c"};                                // v6.1 and v6.12
inline constexpr Rule kInitOhci1394Dma             {"init_ohci1394_dma_on_all_controllers", "drivers/firewire/init_ohci1394_dma.c"};            // v7.2
inline constexpr Rule kEfiBgrtInit                 {"efi_bgrt_init",                   "drivers/firmware/efi/efi-bgrt.c"};                      // v6.1 and v6.12
inline constexpr Rule kEfiMapRegion                {"efi_map_region",                  "arch/x86/platform/efi/efi_64.c"};                       // v6.1 and v6.12
inline constexpr Rule kEfiMemmapInit               {"__efi_memmap_init",               "drivers/firmware/efi/memmap.c"};                        // v6.12
inline constexpr Rule kSetupE820                   {"setup_e820",                      "drivers/firmware/efi/libstub/x86-stub.c"};              // v6.12
inline constexpr Rule kReserveIbftRegion           {"reserve_ibft_region",             "drivers/firmware/iscsi_ibft_find.c"};                   // v6.1 and v7.2
inline constexpr Rule kSetupEarlycon               {"setup_earlycon",                  "drivers/tty/serial/earlycon.c"};                        // v6.12
inline constexpr Rule kDcacheInitEarly             {"dcache_init_early",               "fs/dcache.c"};                                          // v6.1 and v6.12
inline constexpr Rule kInitMountTree               {"init_mount_tree",                 "fs/namespace.c"};                                        // v6.12 and v7.2
inline constexpr Rule kPopulateRootfs              {"populate_rootfs",                 "init/initramfs.c"};                                      // v6.1 and v6.12
inline constexpr Rule kDoEarlyParam                {"do_early_param",                  "init/main.c"};                                          // v6.12
inline constexpr Rule kPrintUnknownBootoptions     {"print_unknown_bootoptions",       "init/main.c"};                                          // v6.1 and v6.12
inline constexpr Rule kSetupBootConfig             {"setup_boot_config",               "init/main.c"};                                          // v6.1 and v6.12
inline constexpr Rule kReserveCrashkernelCma       {"reserve_crashkernel_cma",         "kernel/crash_reserve.c"};                               // v7.2
inline constexpr Rule kReserveCrashkernelGeneric   {"reserve_crashkernel_generic",     "kernel/crash_reserve.c"};                               // v6.12
inline constexpr Rule kSwiotlbAdjustSize           {"swiotlb_adjust_size",             "kernel/dma/swiotlb.c"};                                 // v6.1 and v6.12
inline constexpr Rule kSwiotlbExit                 {"swiotlb_exit",                    "kernel/dma/swiotlb.c"};                                 // v5.11 to v6.12
inline constexpr Rule kSwiotlbInit                 {"swiotlb_init",                    "kernel/dma/swiotlb.c"};                                 // v5.4 and v5.15
inline constexpr Rule kSwiotlbInitRemap            {"swiotlb_init_remap",              "kernel/dma/swiotlb.c"};                                 // v6.1 and v6.12
inline constexpr Rule kLogBufLenUpdate             {"log_buf_len_update",             "kernel/printk/printk.c"};                               // v6.1 and v6.12
inline constexpr Rule kSetupLogBuf                 {"setup_log_buf",                   "kernel/printk/printk.c"};                               // v5.4 to v6.12
inline constexpr Rule kCmaDeclareContiguousNid     {"cma_declare_contiguous_nid",      "mm/cma.c"};                                             // v6.1 and v6.12
inline constexpr Rule kEarlyMemremap               {"early_memremap",                  "mm/early_ioremap.c"};                                   // v6.12 and v7.2
inline constexpr Rule kEarlyMemunmap               {"early_memunmap",                  "mm/early_ioremap.c"};                                   // v6.12 and v7.2
inline constexpr Rule kCopyFromEarlyMem            {"copy_from_early_mem",             "mm/early_ioremap.c"};                                   // v6.12
inline constexpr Rule kHugepagesSetup              {"hugepages_setup",                 "mm/hugetlb.c"};                                         // v6.1 and v6.12
inline constexpr Rule kHugetlbInit                 {"hugetlb_init",                   "mm/hugetlb.c"};                                         // v6.1, v6.12 and v7.2
inline constexpr Rule kHugetlbCmaReserve           {"hugetlb_cma_reserve",             "mm/hugetlb.c"};                                         // v6.1 and v6.12
inline constexpr Rule kHugetlbVmemmapOptimize      {"hugetlb_vmemmap_optimize",        "mm/hugetlb_vmemmap.c"};                                 // v6.1 and v6.12
inline constexpr Rule kKfenceAllocPool             {"kfence_alloc_pool",               "mm/kfence/core.c"};                                     // v6.1
inline constexpr Rule kKfenceAllocPoolAndMetadata  {"kfence_alloc_pool_and_metadata",  "mm/kfence/core.c"};                                     // v6.12
inline constexpr Rule kReserveMem                  {"reserve_mem",                     "mm/memblock.c"};                                        // v6.12, v6.18 and v7.2
inline constexpr Rule kAllocLargeSystemHash        {"alloc_large_system_hash",         "mm/mm_init.c"};                                         // v6.1 and v6.12
inline constexpr Rule kCmdlineParseCore            {"cmdline_parse_core",              "mm/mm_init.c"};                                         // v6.12 and v7.2
inline constexpr Rule kMemmapInit                  {"memmap_init",                     "mm/mm_init.c"};                                         // v6.12
inline constexpr Rule kMemInitPrintInfo            {"mem_init_print_info",             "mm/mm_init.c"};                                          // v6.12
inline constexpr Rule kAllocNodeData               {"alloc_node_data",                 "mm/numa.c"};                                            // v6.12
inline constexpr Rule kNumaEmulation               {"numa_emulation",                  "mm/numa_emulation.c"};                                  // v6.1
inline constexpr Rule kFreeReservedArea            {"free_reserved_area",              "mm/page_alloc.c"};                                       // v6.1 and v6.12
inline constexpr Rule kPercpuAllocSetup            {"percpu_alloc_setup",              "mm/percpu.c"};                                          // v6.1 and v6.12
inline constexpr Rule kMminitValidateMemmodelLimits{"mminit_validate_memmodel_limits", "mm/sparse.c"};                                          // v5.4 to v6.12
inline constexpr Rule kSparseInitNid               {"sparse_init_nid",                 "mm/sparse.c"};                                          // v6.1 and v6.12
inline constexpr Rule kSubsectionMapInit           {"subsection_map_init",             "mm/sparse.c"};                                          // v6.1
// clang-format on

// Of what the kernel does not say an event begins so: the words are ours.
inline constexpr std::string_view kSilentlyIgnored = "silently ignored";

}  // namespace memmap::boot::rule
