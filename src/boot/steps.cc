#include "boot/steps.h"

#include <cstddef>

#include "boot/after/efi_tables.h"
#include "boot/after/isolation.h"
#include "boot/after/page_tables.h"
#include "boot/init/command_line.h"
#include "boot/init/initramfs.h"
#include "boot/init/parameters.h"
#include "boot/mm/cma.h"
#include "boot/mm/hashes.h"
#include "boot/mm/hugepages.h"
#include "boot/mm/hugetlb_vmemmap.h"
#include "boot/mm/late.h"
#include "boot/mm/nodes.h"
#include "boot/mm/page_alloc.h"
#include "boot/mm/percpu.h"
#include "boot/mm/slab.h"
#include "boot/mm/sparse.h"
#include "boot/mm/swiotlb.h"
#include "boot/mm/watermarks.h"
#include "boot/when.h"
#include "boot/x86/acpi.h"
#include "boot/x86/cpu_entry_area.h"
#include "boot/x86/crashkernel.h"
#include "boot/x86/e820.h"
#include "boot/x86/early.h"
#include "boot/x86/early_devices.h"
#include "boot/x86/efi.h"
#include "boot/x86/fixed_mappings.h"
#include "boot/x86/memory.h"
#include "boot/x86/mp_table.h"
#include "boot/x86/mtrr_cleanup.h"
#include "boot/x86/pci_dma.h"
#include "boot/x86/resources.h"
#include "boot/x86/trims.h"
#include "boot/x86/x2apic.h"

namespace memmap::boot {
namespace {

using kernel::Behaviour;

constexpr std::string_view kSetupArch = "setup_arch";
constexpr std::string_view kStartKernel = "start_kernel";
constexpr std::string_view kCoreEarly = "mm_core_init_early";
constexpr std::string_view kMmCoreInit = "mm_core_init";
constexpr std::string_view kAfter = kMmCoreInit;  // behind memblock_free_all()
constexpr std::string_view kKernelInit =
    "kernel_init";  // the first process, before it runs a program
constexpr std::string_view kEarlyReserve = "early_reserve_memory";

constexpr std::string_view kAcpiBoot = "arch/x86/kernel/acpi/boot.c";
constexpr std::string_view kAcpiTables = "drivers/acpi/tables.c";
constexpr std::string_view kAlternative = "arch/x86/kernel/alternative.c";
constexpr std::string_view kApic = "arch/x86/kernel/apic/apic.c";
constexpr std::string_view kMokvar = "drivers/firmware/efi/mokvar-table.c";
constexpr std::string_view kBgrt = "drivers/firmware/efi/efi-bgrt.c";
constexpr std::string_view kCheck = "arch/x86/kernel/check.c";
constexpr std::string_view kCma = "mm/cma.c";
constexpr std::string_view kContiguous = "kernel/dma/contiguous.c";
constexpr std::string_view kDcache = "fs/dcache.c";
constexpr std::string_view kDebugObjects = "lib/debugobjects.c";
constexpr std::string_view kDepot = "lib/stackdepot.c";
constexpr std::string_view kDmi = "drivers/firmware/dmi_scan.c";
constexpr std::string_view kE820 = "arch/x86/kernel/e820.c";
constexpr std::string_view kEarlyQuirks = "arch/x86/kernel/early-quirks.c";
constexpr std::string_view kEbda = "arch/x86/kernel/ebda.c";
constexpr std::string_view kEfi = "arch/x86/platform/efi/efi.c";
constexpr std::string_view kEntryArea = "arch/x86/mm/cpu_entry_area.c";
constexpr std::string_view kEspfix = "arch/x86/kernel/espfix_64.c";
constexpr std::string_view kEsrt = "drivers/firmware/efi/esrt.c";
constexpr std::string_view kFirewire = "drivers/firewire/init_ohci1394_dma.c";
constexpr std::string_view kFork = "kernel/fork.c";
constexpr std::string_view kHugetlb = "mm/hugetlb.c";
constexpr std::string_view kHugetlbVm = "mm/hugetlb_vmemmap.c";
constexpr std::string_view kHugetlbCma = "mm/hugetlb_cma.c";
constexpr std::string_view kHugeMemory = "mm/huge_memory.c";
constexpr std::string_view kIbft = "drivers/firmware/iscsi_ibft_find.c";
constexpr std::string_view kIdt = "arch/x86/kernel/idt.c";
constexpr std::string_view kInit64 = "arch/x86/mm/init_64.c";
constexpr std::string_view kIoApic = "arch/x86/kernel/apic/io_apic.c";
constexpr std::string_view kIoremap = "lib/ioremap.c";
constexpr std::string_view kKfence = "mm/kfence/core.c";
constexpr std::string_view kKmemleak = "mm/kmemleak.c";
constexpr std::string_view kInitramfs = "init/initramfs.c";
constexpr std::string_view kMain = "init/main.c";
constexpr std::string_view kMemblock = "mm/memblock.c";
constexpr std::string_view kMemory = "mm/memory.c";
constexpr std::string_view kMemEncrypt = "arch/x86/mm/mem_encrypt.c";
constexpr std::string_view kMmH = "include/linux/mm.h";
constexpr std::string_view kMmInit = "mm/mm_init.c";
constexpr std::string_view kMmNuma = "mm/numa.c";
constexpr std::string_view kMpParse = "arch/x86/kernel/mpparse.c";
constexpr std::string_view kMtrr = "arch/x86/kernel/cpu/mtrr/cleanup.c";
constexpr std::string_view kNamespace = "fs/namespace.c";
constexpr std::string_view kNuma = "arch/x86/mm/numa.c";
constexpr std::string_view kNuma64 = "arch/x86/mm/numa_64.c";
constexpr std::string_view kPageAlloc = "mm/page_alloc.c";
constexpr std::string_view kPageExt = "mm/page_ext.c";
constexpr std::string_view kPciDma = "arch/x86/kernel/pci-dma.c";
constexpr std::string_view kPerCpu = "arch/x86/kernel/setup_percpu.c";
constexpr std::string_view kPrintk = "kernel/printk/printk.c";
constexpr std::string_view kProbeRoms = "arch/x86/kernel/probe_roms.c";
constexpr std::string_view kPti = "arch/x86/mm/pti.c";
constexpr std::string_view kQuirks = "arch/x86/platform/efi/quirks.c";
constexpr std::string_view kRealMode = "arch/x86/realmode/init.c";
constexpr std::string_view kSetup = "arch/x86/kernel/setup.c";
constexpr std::string_view kSlub = "mm/slub.c";
constexpr std::string_view kSparse = "mm/sparse.c";
constexpr std::string_view kSparseVm = "mm/sparse-vmemmap.c";
constexpr std::string_view kSrat = "drivers/acpi/numa/srat.c";
constexpr std::string_view kSwiotlb = "kernel/dma/swiotlb.c";
constexpr std::string_view kTboot = "arch/x86/kernel/tboot.c";
constexpr std::string_view kVmalloc = "mm/vmalloc.c";
constexpr std::string_view kVsyscall = "arch/x86/entry/vsyscall/vsyscall_64.c";
constexpr std::string_view kX86Init = "arch/x86/mm/init.c";

constexpr std::nullptr_t kAlways = nullptr;
constexpr std::nullptr_t kNothing = nullptr;
constexpr auto kEarly = &Behaviour::efi_map_reserved_early;
constexpr auto kWindows = &Behaviour::ibft_through_windows;
constexpr auto kSnb = &Behaviour::snb_reserved_early;
constexpr auto kMmCache = "6.2 6.1.44 5.15.125 5.10.189";
constexpr auto kLevels = &Behaviour::vmalloc_levels_are_there;
constexpr auto kEfiLate = &Behaviour::efi_frees_boot_services_late;
constexpr auto kHugeFirst = &Behaviour::hugetlb_counts_before_line;
constexpr auto kTold = &Behaviour::memory_is_told_late;
constexpr auto kGeneric = &Behaviour::crash_kernel_is_generic;
constexpr auto kHuge = &Behaviour::hugetlb_reads_early;
constexpr auto kIommu = &Behaviour::iommu_comes_first;
constexpr auto kZones = &Behaviour::sections_behind_zones;
constexpr auto kLater = &Behaviour::free_area_init_after_setup;

// trim<HOOK>: what the kernel's function of that name does is up to the trims that act at the hook
// (boot/trim.h); those of the kernel are plugins/trim_*, with their own differences and conditions.
// trim_bios_range() asks those of Hook::e820_bios, mtrr_trim_uncached_memory() of Hook::e820_mtrr.
//
// Versions: the oldest the rule was read in or seen in a log of; where it is known to hold from the
// start, none. kNothing: it takes nothing of memblock.
//
// clang-format off
constexpr Step kSteps[] = {
    // phase, kernel function, file, since, until, when, what does it, what calls it from `until` on

    // setup_arch(), arch/x86/kernel/setup.c: from firmware's map to nodes and zones
    {kSetupArch,   "early_reserve_initrd",                  kSetup,        "",       "5.13",   kAlways,                  early_reserve_initrd, kEarlyReserve},
    {kSetupArch,   "early_reserve_memory",                  kSetup,        "5.13",   "",       kAlways,                  early_reserve_memory},
    {kSetupArch,   "efi_memblock_x86_reserve_range",        kEfi,          kEarly,   "",       has_efi,                  efi_memblock_x86_reserve_range},
    {kSetupArch,   "early_reserve_memory",                  kSetup,        "",       "",       kAlways,                  trim<Hook::memblock_early>},
    {kSetupArch,   "e820__memory_setup",                    kE820,         "",       "",       kAlways,                  e820_memory_setup},
    {kSetupArch,   "parse_setup_data",                      kSetup,        "2.6.35", "",       reads_setup_data,         parse_setup_data},
    {kSetupArch,   "e820__memory_setup",                    kE820,         "",       "",       kAlways,                  trim<Hook::e820_firmware>},
    {kSetupArch,   "parse_early_param",                     kMain,         "",       "",       kAlways,                  parse_early_param},
    {kSetupArch,   "efi_memblock_x86_reserve_range",        kEfi,          "",       kEarly,   has_efi,                  efi_memblock_x86_reserve_range},
    {kSetupArch,   "memblock_set_bottom_up",                kSetup,        "3.14",   "",       has_movable_node,         movable_node},
    {kSetupArch,   "memblock_x86_reserve_range_setup_data", kSetup,        "",       "5.13",   has_setup_data,           memblock_x86_reserve_range_setup_data, kEarlyReserve},
    {kSetupArch,   "e820__reserve_setup_data",              kE820,         "2.6.27", "6.15",   has_setup_data,           e820_reserve_setup_data},
    {kSetupArch,   "e820__finish_early_params",             kE820,         "",       "",       has_user_map,             e820_finish_early_params},
    {kSetupArch,   "e820__finish_early_params",             kE820,         "",       "",       kAlways,                  trim<Hook::e820_command_line>},
    {kSetupArch,   "efi_init",                              kEfi,          "",       "",       has_efi,                  efi_init},
    {kSetupArch,   "reserve_ibft_region",                   kIbft,         kWindows, "",       has_ibft,                 reserve_ibft_region},
    {kSetupArch,   "dmi_setup",                             kDmi,          "",       "",       has_dmi,                  dmi_setup},
    {kSetupArch,   "probe_roms",                            kProbeRoms,    "",       "",       kAlways,                  probe_roms},
    {kSetupArch,   "insert_resource",                       kSetup,        "",       "",       kAlways,                  insert_kernel_resources},
    {kSetupArch,   "e820_add_kernel_range",                 kSetup,        "3.9",    "",       kAlways,                  e820_add_kernel_range},
    {kSetupArch,   "trim_bios_range",                       kSetup,        "",       "",       kAlways,                  trim_bios_range},
    {kSetupArch,   "e820__end_of_ram_pfn",                  kE820,         "",       "",       kAlways,                  e820_end_of_ram_pfn},
    {kSetupArch,   "mtrr_cleanup",                          kMtrr,         "2.6.27", "",       cleans_mtrrs,             mtrr_cleanup},
    {kSetupArch,   "mtrr_trim_uncached_memory",             kMtrr,         "",       "",       kAlways,                  mtrr_trim_uncached_memory},
    {kSetupArch,   "check_x2apic",                          kApic,         "2.6.28", "",       kAlways,                  check_x2apic},
    {kSetupArch,   "e820__end_of_low_ram_pfn",              kE820,         "",       "",       kAlways,                  e820_end_of_low_ram_pfn},
    {kSetupArch,   "find_mptable",                          kMpParse,      "",       "",       has_mpparse,              find_mptable},
    {kSetupArch,   "reserve_ibft_region",                   kIbft,         "",       "5.13",   has_ibft,                 reserve_ibft_region, kEarlyReserve},
    {kSetupArch,   "reserve_brk",                           kSetup,        "",       "",       kAlways,                  reserve_brk},
    {kSetupArch,   "e820__memblock_setup",                  kE820,         "",       "",       kAlways,                  e820_memblock_setup},
    {kSetupArch,   "e820__memblock_setup",                  kE820,         "",       "",       kAlways,                  trim<Hook::memblock_filled>},
    {kSetupArch,   "memblock_dump_all",                     kE820,         "",       "",       kAlways,                  memblock_dump_all},
    {kSetupArch,   "reserve_bios_regions",                  kEbda,         "",       "5.13",   kAlways,                  reserve_bios_regions, kEarlyReserve},
    {kSetupArch,   "mem_encrypt_setup_arch",                kMemEncrypt,   "5.11",   "",       grows_swiotlb,            mem_encrypt_setup_arch},
    {kSetupArch,   "efi_find_mirror",                       kNuma,         "4.6",    "",       has_efi_map,              efi_find_mirror},
    {kSetupArch,   "efi_esrt_init",                         kEsrt,         "4.9",    "",       has_esrt,                 efi_esrt_init},
    {kSetupArch,   "efi_mokvar_table_init",                 kMokvar,       "4.9",    "",       keeps_efi_tables,         efi_mokvar_table_init},
    {kSetupArch,   "efi_reserve_boot_services",             kQuirks,       "3.0",    "",       has_efi_map,              efi_reserve_boot_services},
    {kSetupArch,   "e820__memblock_alloc_reserved_mpc_new", kMpParse,      "",       "",       wants_new_mptable,        e820_memblock_alloc_reserved_mpc_new},
    {kSetupArch,   "setup_bios_corruption_check",           kCheck,        "",       "",       checks_bios_corruption,   setup_bios_corruption_check},
    {kSetupArch,   "reserve_real_mode",                     kRealMode,     "3.8",    "",       kAlways,                  reserve_real_mode},
    {kSetupArch,   "trim_platform_memory_ranges",           kSetup,        "3.8",    kSnb,     kAlways,                  trim<Hook::memblock_platform>},
    {kSetupArch,   "trim_low_memory_range",                 kSetup,        "",       "5.13",   kAlways,                  trim_low_memory_range},
    {kSetupArch,   "init_mem_mapping",                      kX86Init,      "",       "",       kAlways,                  init_mem_mapping},
    {kSetupArch,   "init_ohci1394_dma_on_all_controllers",  kFirewire,     "",       "",       has_early_firewire,       init_ohci1394_dma_on_all_controllers},
    {kSetupArch,   "setup_log_buf",                         kPrintk,       "",       "",       kAlways,                  setup_log_buf_early},
    {kSetupArch,   "reserve_initrd",                        kSetup,        "",       "",       has_initrd,               reserve_initrd},
    {kSetupArch,   "acpi_table_upgrade",                    kAcpiTables,   "3.7",    "",       brings_acpi_tables,       acpi_table_upgrade},
    {kSetupArch,   "acpi_boot_table_init",                  kAcpiTables,   "",       "",       has_acpi,                 acpi_boot_table_init},
    {kSetupArch,   "early_acpi_boot_init",                  kAcpiBoot,     "",       "",       has_acpi,                 early_acpi_boot_init},
    {kSetupArch,   "early_parse_smp_cfg",                   kMpParse,      "6.9",    "",       has_mpparse,              early_parse_smp_cfg},
    {kSetupArch,   "acpi_numa_init",                        kSrat,         "",       "",       has_acpi_numa,            acpi_numa_init},
    {kSetupArch,   "initmem_init",                          kNuma64,       "",       "",       kAlways,                  initmem_init},
    {kSetupArch,   "dma_contiguous_reserve",                kContiguous,   "3.5",    "",       has_dma_cma,              dma_contiguous_reserve},
    {kSetupArch,   "hugetlb_cma_reserve",                   kHugetlb,      "5.7",    kLater,   has_hugetlb_cma,          hugetlb_cma_reserve},
    {kSetupArch,   "hugetlb_bootmem_alloc",                 kHugetlb,      kHuge,    kLater,   has_hugetlb,              hugetlb_bootmem_alloc},
    {kSetupArch,   "reserve_crashkernel",                   kSetup,        "",       kGeneric, has_kexec,                reserve_crashkernel},
    {kSetupArch,   "arch_reserve_crashkernel",              kSetup,        kGeneric, "",       has_crash_reserve,        arch_reserve_crashkernel},
    {kSetupArch,   "memblock_find_dma_reserve",             kX86Init,      "",       "6.10",   kAlways,                  memblock_find_dma_reserve},
    {kSetupArch,   "sparse_init",                           kSparse,       "",       kLater,   kAlways,                  sparse_init},
    {kSetupArch,   "alloc_offline_node_data",               kMmNuma,       "5.18",   kLater,   kAlways,                  alloc_offline_node_data},
    {kSetupArch,   "free_area_init",                        kMmInit,       "",       kLater,   kAlways,                  free_area_init},
    {kSetupArch,   "sparse_vmemmap_init_nid_late",          kSparseVm,     "6.15",   kLater,   preinitialises_vmemmap,   sparse_vmemmap_init_nid_late},
    {kSetupArch,   "calc_nr_kernel_pages",                  kMmInit,       "",       kLater,   kAlways,                  count_kernel_pages},
    {kSetupArch,   "tboot_probe",                           kTboot,        "2.6.32", "",       has_tboot,                tboot_probe},
    {kSetupArch,   "map_vsyscall",                          kVsyscall,     "",       "",       has_vsyscall,             map_vsyscall},
    {kSetupArch,   "early_quirks",                          kEarlyQuirks,  "3.10",   "",       has_intel_graphics,       early_quirks},
    {kSetupArch,   "acpi_boot_init",                        kAcpiBoot,     "",       "",       has_acpi,                 acpi_boot_init},
    {kSetupArch,   "parse_smp_cfg",                         kMpParse,      "",       "",       has_mpparse,              parse_smp_cfg},
    {kSetupArch,   "register_lapic_address",                kApic,         "",       "",       has_apic_registers,       register_lapic_address},
    {kSetupArch,   "acpi_parse_hpet",                       kAcpiBoot,     "",       "",       has_hpet,                 acpi_parse_hpet},
    {kSetupArch,   "efi_bgrt_init",                         kBgrt,         "4.16",   "",       has_bgrt,                 efi_bgrt_init},
    {kSetupArch,   "init_cpu_to_node",                      kNuma,         "",       "",       kAlways,                  init_cpu_to_node},
    {kSetupArch,   "init_memory_less_node",                 kNuma,         "",       "5.18",   kAlways,                  init_memory_less_node},
    {kSetupArch,   "io_apic_init_mappings",                 kIoApic,       "",       "",       has_io_apic,              io_apic_init_mappings},
    {kSetupArch,   "e820__reserve_resources",               kE820,         "",       "",       kAlways,                  e820_reserve_resources},
    {kSetupArch,   "e820__register_nosave_regions",         kE820,         "",       "",       has_hibernation,          e820_register_nosave_regions},

    // mm_core_init_early(), mm/mm_init.c, of start_kernel(): nodes and zones, since 7.0
    {kCoreEarly,   "hugetlb_cma_reserve",                   kHugetlbCma,   kLater,   kZones,   has_hugetlb_cma,          hugetlb_cma_reserve},
    {kCoreEarly,   "hugetlb_bootmem_alloc",                 kHugetlb,      kLater,   kZones,   has_hugetlb,              hugetlb_bootmem_alloc},
    {kCoreEarly,   "sparse_init",                           kSparse,       kLater,   kZones,   kAlways,                  sparse_init},
    {kCoreEarly,   "alloc_offline_node_data",               kMmNuma,       kLater,   "",       kAlways,                  alloc_offline_node_data},
    {kCoreEarly,   "free_area_init",                        kMmInit,       kLater,   "",       kAlways,                  free_area_init},
    {kCoreEarly,   "sparse_vmemmap_init_nid_late",          kSparseVm,     kLater,   kZones,   preinitialises_vmemmap,   sparse_vmemmap_init_nid_late},
    {kCoreEarly,   "calc_nr_kernel_pages",                  kMmInit,       kLater,   "",       kAlways,                  count_kernel_pages},
    {kCoreEarly,   "hugetlb_cma_reserve",                   kHugetlbCma,   kZones,   "",       has_hugetlb_cma,          hugetlb_cma_reserve},
    {kCoreEarly,   "hugetlb_bootmem_alloc",                 kHugetlb,      kZones,   "",       has_hugetlb,              hugetlb_bootmem_alloc},
    {kCoreEarly,   "sparse_init",                           kSparse,       kZones,   "",       kAlways,                  sparse_init},

    // start_kernel(), init/main.c: what is sized by processors and memory
    {kStartKernel, "setup_command_line",                    kMain,         "",       "",       kAlways,                  setup_command_line},
    {kStartKernel, "setup_per_cpu_areas",                   kPerCpu,       "",       "",       kAlways,                  setup_per_cpu_areas},
    {kStartKernel, "setup_cpu_local_masks",                 kPerCpu,       "",       "",       kAlways,                  setup_cpu_masks},
    {kStartKernel, "parse_args",                            kMain,         "",       "",       kAlways,                  parse_args},
    {kStartKernel, "print_unknown_bootoptions",             kMain,         "5.14",   "",       kAlways,                  print_unknown_bootoptions},
    {kStartKernel, "setup_log_buf",                         kPrintk,       "",       "",       kAlways,                  setup_log_buf_late},
    {kStartKernel, "vfs_caches_init_early",                 kDcache,       "",       "",       kAlways,                  vfs_caches_init_early},
    {kStartKernel, "setup_cpu_entry_areas",                 kEntryArea,    "4.15",   "",       kAlways,                  setup_cpu_entry_areas},

    // mm_core_init(), mm/mm_init.c; mm_init(), init/main.c, before 6.4: the last of memblock, the hand-over
    {kMmCoreInit,  "pci_iommu_alloc",                       kPciDma,       kIommu,   "",       has_swiotlb,              pci_iommu_alloc},
    // Struct pages lie in sections: nothing to do where they do.
    {kMmCoreInit,  "page_ext_init_flatmem",                 kPageExt,      "3.18",   "",       has_page_extension,       kNothing},
    {kMmCoreInit,  "init_debug_pagealloc",                  kMmH,          "5.3",    "5.11",   kAlways,                  kNothing},
    {kMmCoreInit,  "init_mem_debugging_and_hardening",      kPageAlloc,    "5.11",   "6.4",    kAlways,                  kNothing},
    {kMmCoreInit,  "kfence_alloc_pool",                     kKfence,       "5.12",   "",       has_kfence,               kfence_alloc_pool},
    {kMmCoreInit,  "stack_depot_early_init",                kDepot,        "5.18",   "",       wants_stack_depot,        stack_depot_early_init},
    {kMmCoreInit,  "report_meminit",                        kMain,         "5.3",    "",       kAlways,                  kNothing},
    {kMmCoreInit,  "pci_iommu_alloc",                       kPciDma,       "",       kIommu,   has_swiotlb,              pci_iommu_alloc},
    {kMmCoreInit,  "memblock_free_all",                     kMemblock,     "",       "",       kAlways,                  memblock_free_all},

    // After: still mm_core_init(), but the page allocator has the memory.
    {kAfter,       "x86_init.hyper.init_after_bootmem",     kInit64,       "4.18",   "",       kAlways,                  kNothing},
    {kAfter,       "preallocate_vmalloc_pages",             kInit64,       kLevels,  "",       kAlways,                  preallocate_vmalloc_pages},
    {kAfter,       "mem_init_print_info",                   kMmInit,       "",       kTold,    kAlways,                  mem_init_print_info, "page_alloc_init_late"},
    {kAfter,       "kmem_cache_init",                       kSlub,         "",       "",       kAlways,                  kmem_cache_init},
    {kAfter,       "kmemleak_init",                         kKmemleak,     "2.6.31", "",       kAlways,                  kNothing},
    {kAfter,       "pgtable_init",                          kMmH,          "3.13",   "6.12",   kAlways,                  kNothing},
    {kAfter,       "ptlock_cache_init",                     kMemory,       "3.13",   "",       has_large_locks,          ptlock_cache_init},
    {kAfter,       "debug_objects_mem_init",                kDebugObjects, "2.6.26", "",       has_debug_objects,        kNothing},
    {kAfter,       "vmalloc_init",                          kVmalloc,      "2.6.28", "",       kAlways,                  vmalloc_init},
    {kAfter,       "ioremap_huge_init",                     kIoremap,      "4.1",    "5.13",   kAlways,                  kNothing},
    {kAfter,       "init_espfix_bsp",                       kEspfix,       "4.15",   "",       has_espfix,               init_espfix_bsp},
    {kAfter,       "pti_init",                              kPti,          "4.15",   "",       has_page_table_isolation, pti_init},
    {kAfter,       "pti_init",                              kPti,          "4.15",   "",       has_page_table_isolation, clone_user_tables},
    {kAfter,       "mm_cache_init",                         kFork,         kMmCache, "",       kAlways,                  mm_cache_init},

    // The rest of start_kernel(): what changes page tables and memory.
    {kStartKernel, "idt_setup_apic_and_irq_gates",          kIdt,          "5.8",    "",       kAlways,                  idt_setup_apic_and_irq_gates},
    {kStartKernel, "kfence_init",                           kKfence,       "5.12",   "",       has_kfence,               kfence_init},
    {kStartKernel, "efi_enter_virtual_mode",                kEfi,          "",       "",       has_efi_map,              efi_enter_virtual_mode},
    {kStartKernel, "efi_enter_virtual_mode",                kEfi,          "4.6",    "",       has_efi_map,              map_efi_regions},
    {kStartKernel, "efi_free_boot_services",                kQuirks,       "3.0",    kEfiLate, has_efi_map,              efi_free_boot_services},
    {kStartKernel, "alternative_instructions",              kAlternative,  "",       "7.2",    has_smp,                  free_smp_locks},
    {kStartKernel, "init_mount_tree",                       kNamespace,    "",       "",       names_rootfs_options,     init_mount_tree},

    // The first process, before it runs a program: kernel_init_freeable() with the initcalls in their order.
    {kKernelInit,  "init_real_mode",                        kRealMode,     "4.9",    "",       kAlways,                  init_real_mode},
    {kKernelInit,  "set_real_mode_permissions",             kRealMode,     "",       "",       kAlways,                  set_real_mode_permissions},
    {kKernelInit,  "deferred_init_memmap",                  kMmInit,       "3.10",   "",       defers_struct_pages,      deferred_init_memmap},
    {kKernelInit,  "hugetlb_bootmem_struct_page_init",      kHugetlb,      kHugeFirst, "",       has_hugetlb,              hugetlb_init},
    {kKernelInit,  "page_alloc_init_late",                  kMmInit,       kTold,    "",       kAlways,                  mem_init_print_info},
    {kKernelInit,  "memblock_discard",                      kMemblock,     "4.14",   "",       kAlways,                  memblock_discard},
    {kKernelInit,  "cma_init_reserved_areas",               kCma,          "3.5",    "",       has_cma,                  cma_init_reserved_areas},
    {kKernelInit,  "init_per_zone_wmark_min",               kPageAlloc,    "2.6.32", "",       kAlways,                  init_per_zone_wmark_min},
    {kKernelInit,  "free_smp_locks",                        kAlternative,  "7.2",    "",       has_smp,                  free_smp_locks},
    {kKernelInit,  "efi_free_boot_services",                kQuirks,       kEfiLate, "",       has_efi_map,              efi_free_boot_services},
    {kKernelInit,  "hugetlb_init",                          kHugetlb,      "",       kHugeFirst, has_hugetlb,              hugetlb_init, "page_alloc_init_late"},
    {kKernelInit,  "hugetlb_hstate_alloc_pages",            kHugetlb,      "2.6.27", "",       has_hugetlb,              hugetlb_hstate_alloc_pages},
    {kKernelInit,  "hugetlb_vmemmap_optimize",              kHugetlbVm,    "5.18",   "",       optimizes_hugetlb_vmemmap, hugetlb_vmemmap_optimize},
    {kKernelInit,  "hugepage_init",                         kHugeMemory,   "2.6.38", "",       has_transparent_hugepage, hugepage_init},
    {kKernelInit,  "e820__reserve_resources_late",          kE820,         "",       "",       surveys_pci,              e820_reserve_resources_late},
    {kKernelInit,  "ioapic_insert_resources",               kIoApic,       "",       "",       surveys_pci,              ioapic_insert_resources},
    {kKernelInit,  "populate_rootfs",                       kInitramfs,    "",       "",       kAlways,                  populate_rootfs},
    {kKernelInit,  "swiotlb_exit",                          kSwiotlb,      "",       "",       gives_back_swiotlb,       swiotlb_exit},
    {kKernelInit,  "hpet_insert_resource",                  kAcpiBoot,     "",       "",       has_hpet,                 hpet_insert_resource},
    {kKernelInit,  "free_initmem",                          kX86Init,      "",       "",       kAlways,                  free_initmem},
    {kKernelInit,  "mark_rodata_ro",                        kInit64,       "",       "",       protects_rodata,          mark_rodata_ro},
    {kKernelInit,  "pti_finalize",                          kPti,          "4.18",   "",       has_page_table_isolation, pti_finalize},
};
// clang-format on

}  // namespace

std::span<const Step> steps() { return kSteps; }

}  // namespace memmap::boot
