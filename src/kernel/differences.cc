#include "kernel/differences.h"

#include <algorithm>
#include <iterator>

namespace memmap::kernel {
namespace {

constexpr std::string_view kE820 = "arch/x86/kernel/e820.c";
constexpr std::string_view kSetup = "arch/x86/kernel/setup.c";
constexpr std::string_view kQuirks = "arch/x86/platform/efi/quirks.c";
constexpr std::string_view kEfi = "arch/x86/platform/efi/efi.c";
constexpr std::string_view kEfiFw = "drivers/firmware/efi/efi.c";
constexpr std::string_view kMemblock = "mm/memblock.c";
constexpr std::string_view kNumaH = "include/linux/numa.h";
constexpr std::string_view kRealMode = "arch/x86/realmode/init.c";
constexpr std::string_view kPciDma = "arch/x86/kernel/pci-dma.c";
constexpr std::string_view kMemEncrypt = "arch/x86/mm/mem_encrypt.c";
constexpr std::string_view kCma = "mm/cma.c";
constexpr std::string_view kDmaCma = "kernel/dma/contiguous.c";
constexpr std::string_view kCrash = "kernel/crash_reserve.c";
constexpr std::string_view kAcpi = "arch/x86/kernel/acpi/boot.c";
constexpr std::string_view kApic = "arch/x86/kernel/apic/apic.c";
constexpr std::string_view kPti = "arch/x86/mm/pti.c";
constexpr std::string_view kKconfig = "arch/x86/Kconfig";
constexpr std::string_view kTopology = "arch/x86/kernel/cpu/topology.c";
constexpr std::string_view kMain = "init/main.c";
constexpr std::string_view kPrintk = "kernel/printk/printk.c";
constexpr std::string_view kNuma = "arch/x86/mm/numa.c";
constexpr std::string_view kSrat = "drivers/acpi/numa/srat.c";
constexpr std::string_view kNumaBlks = "mm/numa_memblks.c";
constexpr std::string_view kMmInit = "mm/mm_init.c";
constexpr std::string_view kPageAlloc = "mm/page_alloc.c";
constexpr std::string_view kPageblock = "include/linux/pageblock-flags.h";
constexpr std::string_view kSparse = "mm/sparse.c";
constexpr std::string_view kSparseVm = "mm/sparse-vmemmap.c";
constexpr std::string_view kPercpu = "mm/percpu.c";
constexpr std::string_view kPercpuH = "include/linux/percpu.h";
constexpr std::string_view kCpumask = "include/linux/cpumask.h";
constexpr std::string_view kKernelCpu = "kernel/cpu.c";
constexpr std::string_view kCpuCommon = "arch/x86/kernel/cpu/common.c";
constexpr std::string_view kPerCpuX86 = "arch/x86/kernel/setup_percpu.c";
constexpr std::string_view kEarlyIoremap = "mm/early_ioremap.c";
constexpr std::string_view kEntryArea = "arch/x86/mm/cpu_entry_area.c";
constexpr std::string_view kFixmap = "arch/x86/include/asm/fixmap.h";
constexpr std::string_view kIsolation = "kernel/sched/isolation.c";
constexpr std::string_view kIbft = "drivers/firmware/iscsi_ibft_find.c";
constexpr std::string_view kKfence = "mm/kfence/core.c";
constexpr std::string_view kEfiStub = "drivers/firmware/efi/libstub/x86-stub.c";
constexpr std::string_view kHugetlb = "mm/hugetlb.c";
constexpr std::string_view kKaslr = "arch/x86/boot/compressed/kaslr.c";
constexpr std::string_view kHugetlbVm = "mm/hugetlb_vmemmap.c";
constexpr std::string_view kHugetlbCma = "mm/hugetlb_cma.c";
constexpr std::string_view kDepot = "lib/stackdepot.c";
constexpr std::string_view kSlub = "mm/slub.c";
constexpr std::string_view kSlabCommon = "mm/slab_common.c";
constexpr std::string_view kMemcontrol = "mm/memcontrol.c";
constexpr std::string_view kSwiotlb = "kernel/dma/swiotlb.c";
constexpr std::string_view kIoremap = "arch/x86/mm/ioremap.c";
constexpr std::string_view kPgtable = "arch/x86/mm/pgtable.c";
constexpr std::string_view kVmstat = "mm/vmstat.c";
constexpr std::string_view kVmalloc = "mm/vmalloc.c";
constexpr std::string_view kInit64 = "arch/x86/mm/init_64.c";
constexpr std::string_view kMemtype = "arch/x86/mm/pat/memtype.c";

// Patches that many stable series took over at once.
constexpr const char* kApril2021 = "5.12 5.11.12 5.10.28 5.4.117";
constexpr const char* kNovember2023 = "6.7 6.6.3 6.5.13 6.1.64 5.15.140 5.10.202 5.4.262";
constexpr const char* kSpring2025 =
    "6.15 6.14.3 6.13.12 6.12.24 6.6.88 6.1.135 5.15.181 5.10.237 5.4.293";

// Of rows read in 6.12 and 7.2 the version between is that of boots of Debian's 6.16, 6.17, 6.19, 7.0
// and 7.1 where these differ in it: some of 6.16 (memblock's flags), 7.0 and 7.1. Of others, those of
// 6.14, 6.15, of the words of 6.16 and 7.0 that no boot printed, of crashkernel=SIZE,cma (6.17), of the
// struct pages that a zone shares (7.1) and of the areas of 7.2, it is from the history of the patches;
// no kernel of either side was booted for it.
// clang-format off
#define D(member) #member, &Behaviour::member

constexpr Difference kDifferences[] = {
    // member, since, until, read in, kernel function, file, what those kernels do, why nobody here stands for a side

    // The e820 tables, EFI's map
    {D(e820_full_is_prefixed),           "",                   "4.19",                "4.14 4.19",       "__e820__range_add",                kE820,      "of an entry that finds no place it says `e820: too many entries`; later without `e820: `"},
    {D(e820_full_is_of_table),           "7.0",                "",                    "6.12 7.2",        "__e820__range_add",                kE820,      "of an entry that finds no place it says `E820 table full`"},
    {D(e820_tells_gaps),                 "7.0",                "",                    "6.12 7.2",        "e820__print_table",                kE820,      "tells gaps, and says `System RAM` and `device reserved`; before, `usable` and `reserved`"},
    {D(e820_ram_ends_after_acpi),        "6.9",                "",                    "6.1 6.12",        "e820__end_ram_pfn",                kE820,      "ACPI data at the end of memory counts as RAM does"},
    {D(e820_kexec_keeps_setup_data),     "4.15",               "6.10",                "6.1 6.12",        "e820__reserve_setup_data",         kE820,      "the nodes of setup_data are marked in kexec's table too"},
    {D(e820_nosave_between_ram),         kSpring2025,          "",                    "5.4 6.1.192",     "e820__register_nosave_regions",    kE820,      "hibernation leaves out what lies between the RAM; before, each entry that is no RAM, and gaps"},
    {D(trims_bios_range),                "2.6.34",             "",                    "",                "trim_bios_range",                  kSetup,     "the BIOS's first page and its area from 640 KiB to 1 MiB are no RAM", "no profile or boot before 2.6.34 comes with memmap"},
    {D(efi_map_reserved_early),          "5.13",               "5.16 5.15.12",        "5.15.11 5.15.12", "early_reserve_memory",             kSetup,     "EFI's map is reserved with the kernel image, before the command line is read", "no profile or boot of 5.13, 5.14 or 5.15 before 5.15.12 comes with memmap"},
    {D(efi_reserve_edits_map),           "5.5",                "",                    "5.4 5.10",        "efi_arch_mem_reserve",             kQuirks,    "what is kept of EFI's boot services leaves the e820 table"},
    {D(efi_soft_reserves),               "5.5",                "",                    "5.4 5.10",        "efi_soft_reserve_enabled",         kEfiFw,     "memory for specific purposes is kept for drivers"},
    {D(efi_removes_mmio),                "6.2",                "",                    "6.1 6.2",         "efi_remove_e820_mmio",             kEfi,       "large EFI windows of memory-mapped I/O go from the map"},
    {D(memmap_takes_lists),              "3.9",                "",                    "",                "parse_memmap_opt",                 kE820,      "memmap= takes several parts, between commas; before, what follows the first is not looked at", "no profile or boot before 3.9 comes with memmap"},
    {D(memmap_adds_pmem),                "4.1",                "",                    "",                "parse_memmap_one",                 kE820,      "memmap=SIZE!START adds persistent memory; before, RAM ends at SIZE", "no profile or boot before 4.1 comes with memmap"},
    {D(memmap_converts),                 "4.17",               "",                    "",                "parse_memmap_one",                 kE820,      "memmap=SIZE%START changes types; before, RAM ends at SIZE"},

    // memblock
    {D(memblock_trims_partial_pages),    "3.7",                "",                    "",                "memblock_trim_memory",             kMemblock,  "memory begins and ends at whole pages", "no profile or boot before 3.7 comes with memmap"},
    {D(memblock_tight_room_check),       "6.3",                "",                    "6.1 6.12",        "memblock_add_range",               kMemblock,  "inserts without counting first where cnt * 2 + 1 <= max; before, where it is less than max"},
    {D(memblock_merges_around_change),   "6.3",                "",                    "6.1 6.12",        "memblock_merge_regions",           kMemblock,  "joins neighbours around the change alone; before, in the whole list"},
    {D(memblock_empty_dummy),            "",                   "6.10",                "6.1 6.12",        "memblock_remove_region",           kMemblock,  "an empty list holds one region of no size, and counts it"},
    {D(memblock_resize_panics),          "6.7",                "",                    "6.1 6.12",        "memblock_double_array",            kMemblock,  "before memblock_allow_resize() it panics; earlier kernels fail"},
    {D(memblock_any_invalid_node),       "6.10",               "",                    "6.1 6.12",        "numa_valid_node",                  kNumaH,     "a node that is not valid, MAX_NUMNODES too, selects every node; before, NUMA_NO_NODE alone, and MAX_NUMNODES with a warning"},
    {D(memblock_rsrv_noinit),            "6.9",                "",                    "6.1 6.12",        "memblock_reserved_mark_noinit",    kMemblock,  "reserved regions can be marked so that their struct pages are left (MEMBLOCK_RSRV_NOINIT)"},
    {D(memblock_rsrv_kern),              "6.16",               "",                    "6.12 7.2",        "__memblock_reserve",               kMemblock,  "what the kernel itself uses is marked (MEMBLOCK_RSRV_KERN), allocations keep the node that was asked for; the log tells both"},
    {D(memblock_kho_scratch),            "6.16",               "",                    "6.12 7.2",        "memblock_mark_kho_scratch",        kMemblock,  "until the real-mode trampoline has its place the first MiB is marked, as what a kexec's next kernel may take (MEMBLOCK_KHO_SCRATCH)"},
    {D(memblock_alloc_panics),           "6.14",               "",                    "6.12 7.2",        "__memblock_alloc_or_panic",        kMemblock,  "what must have memory calls one function that panics without; the log names it as the caller"},
    {D(memblock_sets_reserved_nodes),    "6.6",                "",                    "6.1 6.12",        "memmap_init_reserved_pages",       kMemblock,  "gives the reserved regions their nodes"},
    {D(memblock_bottom_up_above_kernel), "",                   "5.11 5.10.15 5.4.97", "5.4.96 5.4.97",   "memblock_find_in_range_node",      kMemblock,  "bottom-up looks above the kernel image only, then falls back to top-down with a warning"},
    {D(memblock_mirrors_on_request),     "6.0",                "",                    "5.15 6.1",        "memblock_mark_mirror",             kMemblock,  "does nothing without kernelcore=mirror"},
    {D(memblock_logs_ranges),            "5.11",               "",                    "5.10 5.11",       "memblock_phys_alloc_range",        kMemblock,  "logs what it is asked for"},
    {D(memblock_free_is_phys_free),      "5.16",               "",                    "5.15 6.1",        "memblock_phys_free",               kMemblock,  "what frees calls itself memblock_phys_free in the log; before, memblock_free"},
    {D(memblock_free_is_indented),       "",                   "5.10",                "5.4 5.10",        "memblock_free",                    kMemblock,  "three blanks stand before its name in the log"},

    // setup_arch(): who takes memory, and how
    {D(allocates_within_bounds),         "5.15",               "",                    "5.11 5.15",       "memblock_phys_alloc_range",        kMemblock,  "page tables, the trampoline, distances of nodes: allocated in one call; before, found and reserved"},
    {D(crash_kernel_within_bounds),      "5.10",               "",                    "5.4 5.10",        "reserve_crashkernel",              kSetup,     "the crash kernel and the initrd: allocated in one call; before, found and reserved"},
    {D(reserves_first_mib),              "5.13",               "",                    "5.11 5.15",       "reserve_real_mode",                kRealMode,  "no page below 1 MiB stays free"},
    {D(snb_reserved_early),              "5.13",               "",                    "5.11 5.15",       "trim_snb_memory",                  kSetup,     "what Sandy Bridge's graphics cannot reach is reserved first of all; before, behind the trampoline, with the first MiB"},
    {D(ibft_through_windows),            "6.5",                "",                    "6.1 6.12",        "reserve_ibft_region",              kIbft,      "an iSCSI boot ROM's table is looked for through windows of early_memremap(), behind the e820 tables; before, without, and earlier"},
    {D(crash_kernel_reserves_first_mib), "5.5",                "5.13",                "5.4 5.10 5.15",   "reserve_real_mode",                kRealMode,  "no page below 1 MiB stays free with crashkernel="},
    {D(crash_kernel_below_4g),           "5.2",                "",                    "5.4",             "reserve_crashkernel",              kSetup,     "looks below 4 GiB, without room there above; before, below 896 MiB, and above with `,high` alone"},
    {D(crash_kernel_tells_low_ram),      "",                   "5.10",                "5.4 5.10",        "reserve_crashkernel_low",          kSetup,     "tells how much RAM lies below 4 GiB; later, its limit"},
    {D(crash_kernel_is_generic),         "6.7",                "",                    "6.1 6.12",        "reserve_crashkernel_generic",      kCrash,     "crashkernel= is the same code for all architectures: it aligns to CRASH_ALIGN, and wants CONFIG_CRASH_RESERVE"},
    {D(crash_kernel_goes_high),          "3.9",                "",                    "",                "parse_crashkernel_suffix",         kCrash,     "crashkernel= takes `,high` and `,low`; before, they are unrecognized characters", "no profile or boot before 3.9 comes with memmap"},
    {D(crash_kernel_has_cma),            "6.17",               "",                    "6.12 7.2",        "reserve_crashkernel_cma",          kCrash,     "crashkernel=SIZE,cma takes an area that the kernel itself may use as well"},
    {D(real_mode_may_wait),              "4.9",                "",                    "4.4 6.1",         "reserve_real_mode",                kRealMode,  "without room for the trampoline it goes on, as far as the first initcalls; before, it panics at once", "no profile or boot before 4.9 comes with memmap"},
    {D(real_mode_tells_limit),           "7.0",                "",                    "6.12 7.2",        "reserve_real_mode",                kRealMode,  "without room for the trampoline it tells below which address; before, `sub-1M`"},
    {D(acpi_reserves_tables),            kApril2021,           "",                    "5.10.27 5.10.28", "acpi_boot_table_init",             kAcpi,      "reserves the tables"},
    {D(mitigations_are_vectors),         "6.17",               "",                    "6.12 7.2",        "mitigations_parse_cmdline",        kKernelCpu, "mitigations= begins with off, auto,nosmt or auto, and names vectors behind it; what it takes away from user space's kernel is PTI, but for pti=on"},
    {D(pti_in_order),                    "6.12",               "",                    "6.1 6.12",        "pti_check_boottime_disable",       kPti,       "pti= and nopti hold where they stand, mitigations=off above all; before, the last pti= that is a mode holds above both"},
    {D(paging_5level_always),            "6.16",               "",                    "6.12 7.2",        "",                                 kKconfig,   "5-level page tables are no option (CONFIG_X86_5LEVEL)"},
    {D(x2apic_unknown_turns_off),        "6.2 6.1.2 6.0.16",   "",                    "6.1.192",         "check_x2apic",                     kApic,      "without CONFIG_X86_X2APIC it does without local APICs that firmware has put into x2APIC mode; before, it goes on and panics after the hand-over"},
    {D(disabled_cpus_are_possible),      "",                   "6.9",                 "6.1 6.12",        "acpi_is_processor_usable",         kAcpi,      "processors that firmware lists as disabled may be plugged in later, on the bare processor too"},
    {D(possible_cpus_is_a_limit),        "6.9",                "",                    "6.1 6.12",        "topology_init_possible_cpus",      kTopology,  "possible_cpus= is one more limit; before, it is taken as it is"},
    {D(keeps_initcall_command_line),     "",                   "5.6",                 "5.4 5.10",        "setup_command_line",               kMain,      "a third copy of the command line, for initcalls"},
    {D(log_has_descriptors),             "5.10",               "",                    "5.4 5.10",        "setup_log_buf",                    kPrintk,    "descriptors and records beside the text; before, the text alone"},
    {D(log_buf_is_limited),              "4.20 4.19.86 4.14.156 4.9.203 4.4.203", "",  "4.9.202 4.9.203", "log_buf_len_update",               kPrintk,    "log_buf_len= over 2 GiB is told of, and is 2 GiB; before, its low 32 bits count, and over 2 GiB they are none"},

    // The fixmap, early_ioremap()
    {D(fixmap_has_ghes),                 "4.15",                "",                    "",               "",                                 kFixmap,    "two slots in which error records are read (CONFIG_ACPI_APEI_GHES)", "no profile or boot before 4.15 comes with memmap"},
    {D(fixmap_has_text_poke),            "",                    "5.2",                 "5.1 6.1",        "",                                 kFixmap,    "two slots through which the kernel changes its own code"},
    {D(fixmap_paravirt_is_xxl),          "5.10",                "",                    "5.9 6.1",        "",                                 kFixmap,    "the slot of paravirtual guests' tables wants CONFIG_PARAVIRT_XXL; before, CONFIG_PARAVIRT"},
    {D(fixmap_has_kmaps),                "5.11",                "",                    "5.10 6.12",      "",                                 kFixmap,    "slots for short mappings, with CONFIG_DEBUG_KMAP_LOCAL_FORCE_MAP"},
    {D(early_ioremap_tells_offset_last), "6.17",               "",                    "6.12 7.2",        "__early_ioremap",                  kEarlyIoremap, "early_ioremap_debug tells the window's address, then the offset in it; before, the other way round"},

    // Nodes and zones
    {D(numa_clears_to_no_node),          "6.10",               "",                    "6.1 6.12",        "numa_init",                        kNuma,      "takes the nodes from all regions: to NUMA_NO_NODE; before, to MAX_NUMNODES"},
    {D(numa_distance_by_alloc),          "6.12",               "",                    "6.1 6.12",        "numa_alloc_distance",              kNumaBlks,  "memblock_alloc(); before, memblock_phys_alloc_range()"},
    {D(numa_is_generic),                 "6.12",               "",                    "6.1 6.12",        "numa_memblks_init",                kNumaBlks,  "nodes are cut to memory's own ends, before to the highest page; a node's data is of cache lines, before of pages"},
    {D(numa_memblock_covers),            "6.8 6.6.70",         "",                    "6.6.69 6.6.70",   "memblock_validate_numa_coverage",  kMemblock,  "memory that no node covers is counted, and told, in memblock; before, in numa_meminfo_cover_memory()"},
    {D(numa_may_lack_a_mib),             "6.13 6.12.5 6.6.70", "",                    "6.12.4 6.12.5",   "memblock_validate_numa_coverage",  kMemblock,  "nodes may leave out 1 MiB; before, less than that"},
    {D(numa_misses_gaps),                "6.8",                "6.10 6.9.6",          "6.12",            "memblock_validate_numa_coverage",  kMemblock,  "memory without a node counts as covered: it is marked with MAX_NUMNODES, and looked for with NUMA_NO_NODE; memmap_init() then stops at it", "no boot of 6.8 or 6.9 comes with memmap"},
    {D(numa_takes_small_nodes),          kNovember2023,        "",                    "5.14 5.15.200",   "numa_register_memblks",            kNuma,      "a node of less than 4 MiB is one too"},
    {D(fake_nodes_keep_domains),         "6.14 6.12.67",       "",                    "6.1 6.12.117",    "fix_pxm_node_maps",                kSrat,      "proximity domains without memory keep nodes, behind those of numa=fake=: without a SLIT the kernel stops there; numa=off takes numa=fake= back"},
    {D(clearcpuid_takes_names),          "5.18",               "",                    "5.10 6.1",        "cpu_parse_early_param",            kCpuCommon, "clearcpuid= takes the names of features; before, numbers alone"},
    {D(hash_entries_are_whole),          "7.0",                "",                    "6.12 7.2",        "set_dhash_entries",                "fs/dcache.c", "dhash_entries=, ihash_entries=, mhash_entries= and mphash_entries= that are no number, and a hashdist= that is neither yes nor no, change nothing"},
    {D(early_page_ext_ends_deferral),    "6.1",                "",                    "5.10 6.1",        "defer_init",                       kMmInit,    "with early_page_ext no struct page is deferred"},
    {D(cxl_windows_are_nodes),           "5.17",               "",                    "5.10 6.1",        "acpi_parse_cfmws",                 kSrat,      "a window for CXL memory that the SRAT does not cover is a node without memory"},
    {D(cxl_windows_fill_blocks),         "6.7 6.6.2 6.5.12 6.1.63", "",               "6.1.62 6.1.63",   "numa_fill_memblks",                kNumaBlks,  "the SRAT's blocks that share memory with a window grow until they cover it; before, one that has its start is enough, and without it the window is a node"},
    {D(cxl_windows_reach_neighbours),    "6.7 6.6.2 6.5.12 6.1.63", "6.8 6.7.7 6.6.19 6.1.80", "6.1.62 6.1.63 6.1.80", "numa_fill_memblks",    kNumaBlks,  "a block that begins where a window ends shares memory with it", "no boot of 6.1.63 to 6.1.79 or of 6.5.12 to 6.7.6 comes with memmap"},
    {D(cxl_windows_are_reserved),        "6.16",               "",                    "6.12 6.18.15",    "numa_add_reserved_memblk",         kNumaBlks,  "a window that is a node has no block: its memory, if firmware has any there as RAM, gets no node of it"},
    {D(cxl_windows_want_driver),         "7.1",                "",                    "6.12 7.2",        "acpi_numa_init",                   kSrat,      "windows for CXL memory are looked at with CONFIG_CXL_ACPI alone"},
    {D(zones_sum_to_node),               "",                   "6.4",                 "6.1 6.12",        "calculate_node_totalpages",        kMmInit,    "a node spans the sum of its zones, which counts twice where Normal and Movable overlap"},
    {D(movable_rounds_down),             "",                   "6.12",                "6.1 6.12",        "find_zone_movable_pfns_for_nodes", kMmInit,    "movable_node: the base of a hot-pluggable region is rounded down; later, up"},
    {D(mirror_needs_mirrored),           "6.6",                "",                    "6.1 6.12",        "find_zone_movable_pfns_for_nodes", kMmInit,    "kernelcore=mirror is ignored, with a warning, where no memory is mirrored"},
    {D(core_takes_percent),              "4.17",               "",                    "",                "cmdline_parse_core",               kMmInit,    "kernelcore= and movablecore= take percentages; before, the number is one of bytes"},
    {D(init_by_region),                  "5.8",                "",                    "5.4 5.10",        "memmap_init",                      kMmInit,    "struct pages are initialised region by region; before, page by page, holes within a zone too"},
    {D(deferred_counts_low_zones),       "",                   "6.12",                "6.1 6.12",        "defer_init",                       kMmInit,    "looks at the zone's end before it asks whether the zone is the node's highest"},
    {D(deferred_takes_section),          "4.17",               "",                    "",                "defer_init",                       kMmInit,    "of a node's highest zone a section is initialised at once; before, 2 GiB"},
    {D(deferred_follows_node_size),      "4.6",                "4.17",                "",                "reset_deferred_meminit",           kPageAlloc, "at once at least a 256th of what the node spans is initialised"},
    {D(deferred_adds_reserved),          "4.12 4.11.4 4.9.31 4.4.71", "4.17",         "",                "reset_deferred_meminit",           kPageAlloc, "as many pages more are initialised at once as are reserved there"},
    {D(deferred_confuses_units),         "4.12 4.11.4 4.9.31 4.4.71", "4.15 4.14.2 4.13.16 4.9.65 4.4.102", "", "memblock_reserved_memory_within", kMemblock, "these are looked for at the page frames' numbers as if they were addresses, and their bytes count as pages", "no profile or boot of 4.12 to 4.14 comes with memmap"},
    {D(reserved_pages_set_pageblocks),   "6.15",               "",                    "6.12 7.2",        "__init_page_from_nid",             kMmInit,    "a reserved page that comes before the deferred ones are there makes its pageblock movable, where it is the first of it"},
    {D(pageblocks_follow_thp),           "6.10",               "",                    "6.1 6.12",        "",                                 kPageblock, "pageblocks are of 2 MiB with CONFIG_TRANSPARENT_HUGEPAGE too; before, with CONFIG_HUGETLB_PAGE alone"},
    {D(hashes_follow_free_pages),        "6.10",               "",                    "6.1 6.12",        "calc_nr_kernel_pages",             kMmInit,    "counts what memblock has free; before, the zones' pages less their struct pages and what is taken below 16 MiB"},
    {D(hashes_spare_one_node),           "5.3",                "",                    "5.2 5.3",         "fixup_hashdist",                   kMmInit,    "with memory on one node alone its large hash tables are taken of memblock; before, CONFIG_NUMA spreads them, and they come with vmalloc"},
    {D(sparse_buffer_on_node),           "5.5",                "",                    "5.4 5.10",        "sparse_buffer_init",               kSparse,    "aligned to a section's struct pages, on that node alone; before, to a page, elsewhere if need be"},
    {D(sparse_usage_near_node),          "",                   "7.1",                 "6.12 7.2",        "sparse_usage_init",                kSparse,    "where memory can be taken away the sections' maps of use lie near the node's data; later, anywhere on the node"},
    {D(sparse_has_buffer),               "",                   "7.2",                 "6.18.15 7.2",     "sparse_buffer_init",               kSparse,    "struct pages come out of one block for a node; later, each 2 MiB of them is allocated"},
    {D(struct_pages_not_traced),         "6.14",               "",                    "6.12 7.2",        "memmap_alloc",                     kMmInit,    "struct pages are allocated up to MEMBLOCK_ALLOC_NOLEAKTRACE"},
    {D(free_area_init_after_setup),      "7.0",                "",                    "6.18.15 7.2",     "mm_core_init_early",               kMmInit,    "huge pages' areas, sections, nodes and zones are set up behind setup_arch(); before, in it"},
    {D(sections_behind_zones),           "7.3",                "",                    "7.2 7.3",         "mm_core_init_early",               kMmInit,    "nodes and zones are set up first, then huge pages, then sections; before, sections come first, behind huge pages", "no profile of 7.3 or later comes with memmap"},

    // Per-CPU areas and masks
    {D(percpu_counts_map_words),         "",                   "5.9 5.8.11 5.4.67",   "5.4.66 5.4.67",   "pcpu_alloc_first_chunk",           kPercpu,    "counts the words of its map of pages, not their bytes"},
    {D(percpu_depopulates),              "5.14",               "",                    "5.11 5.15",       "pcpu_setup_first_chunk",           kPercpu,    "chunks that go away have lists of their own"},
    {D(percpu_lists_by_kind),            "5.9",                "5.14",                "5.4 5.10 5.15",   "pcpu_setup_first_chunk",           kPercpu,    "a set of chunks' lists for each kind of chunk, where memory is accounted to groups"},
    {D(percpu_large_early_reserve),      "6.6",                "",                    "6.1 6.12",        "",                                 kPercpuH,   "PERCPU_DYNAMIC_EARLY_SIZE is 20 KiB; before, 12"},
    {D(percpu_grows_with_lockdep),       "",                   "6.9",                 "6.1 6.12",        "",                                 kPercpuH,   "PERCPU_DYNAMIC_SIZE_SHIFT grows once more with LOCKDEP, as long as x86 has no CONFIG_PAGE_SIZE_4KB"},
    {D(cpumask_constant_size),           "6.3",                "",                    "6.1 6.12",        "cpumask_size",                     kCpumask,   "a constant where NR_CPUS is at most 256 (large_cpumask_bits)"},
    {D(cpu_entry_areas_are_random),      "6.2",                "",                    "6.1 6.12",        "init_cea_offsets",                 kEntryArea, "with KASLR each processor's entry area lies at a random place; before, one behind the other"},
    {D(bringup_has_four_masks),          "",                   "6.5",                 "6.1 6.12",        "setup_cpu_local_masks",            kPerCpuX86, "masks of processors initialised, calling in and called out too; later, of siblings alone"},
    {D(nohz_full_has_one_mask),          "6.14",               "",                    "6.12 7.2",        "housekeeping_nohz_full_setup",     kIsolation, "nohz_full= keeps one mask of processors; before, one for each of six kinds of work"},
    {D(isolcpus_keeps_boot_mask),        "7.0",                "",                    "6.12 7.2",        "housekeeping_isolcpus_setup",      kIsolation, "isolcpus= keeps two masks, of which one stays as the boot left it; before, one"},

    // The last before the hand-over
    {D(kfence_allocates_metadata),       "6.6",                "",                    "6.1 6.12",        "kfence_alloc_pool_and_metadata",   kKfence,    "the objects' records are allocated; before, they lie in the image"},
    {D(hugetlb_cma_aligns_to_page),      "6.10",               "",                    "6.1 6.12",        "hugetlb_cma_reserve",              kHugetlb,   "an area begins where a page of 1 GiB can; before, one of 2 MiB"},
    {D(hugetlb_counts_before_line),      "7.2 6.12.114",       "",                    "6.18.15 7.2",     "page_alloc_init_late",             kMmInit,    "gigantic pages count again before the line `Memory: ...` is printed"},
    {D(efi_frees_boot_services_late),    "7.0 6.18.17 6.12.77 6.1.167", "",           "6.18.15 7.2",     "efi_free_boot_services",           kQuirks,    "EFI's boot services are freed once all pages are initialised; before, no zone gets those that are not, though MemTotal counts them"},
    {D(hugetlb_head_page_is_copied),     "6.2",                "",                    "6.1 6.12",        "hugetlb_vmemmap_optimize_folio",   kHugetlbVm, "with hugetlb_free_vmemmap=on every page of a huge page's struct pages is given back; before, all but the first"},
    {D(hugetlb_reads_early),             "6.15",               "",                    "6.12 7.2",        "hugetlb_bootmem_alloc",            kHugetlb,   "hugepages= and its like are early parameters, and gigantic pages are taken before there are sections; before, where the command line is read"},
    {D(hugetlb_checks_zones),            "6.15",               "",                    "6.12 7.2",        "hugetlb_bootmem_page_zones_valid", kHugetlb,   "a gigantic page that lies in two zones is given back; before, it is used"},
    {D(hugetlb_tails_of_zone),           "7.1",                "",                    "6.18.15 7.2",     "vmemmap_populate_hvo",             kSparseVm,  "with hugetlb_free_vmemmap=on a zone's gigantic pages share one page of struct pages; before, each repeats its first"},
    {D(hugetlb_node_alone),              "6.14",               "",                    "6.12 7.2",        "__alloc_bootmem_huge_page",        kHugetlb,   "a gigantic page of a node that hugepages= names lies there or nowhere; before, elsewhere if need be"},
    {D(hugetlb_counts_by_node),          "5.16",               "",                    "",                "hugepages_setup",                  kHugetlb,   "hugepages= takes NODE:NUMBER; before, the first number is all that is read"},
    {D(hugetlb_has_own_allocator),       "7.3",                "",                    "7.2 7.3",         "memblock_alloc_hugetlb",           kMemblock,  "gigantic pages have an allocator of their own, which spares mirrored memory and marks them (MEMBLOCK_RSRV_HUGETLB)", "no profile of 7.3 or later comes with memmap"},
    {D(hugetlb_cma_is_whole),            "7.2",                "",                    "6.12 7.2",        "hugetlb_cma_reserve",              kHugetlbCma, "hugetlb_cma= that is no multiple of a gigantic page is refused; before, what is less than one, and the rest is rounded up"},
    {D(hugetlb_cma_takes_percent),       "7.3",                "",                    "7.2 7.3",         "hugetlb_cma_reserve",              kHugetlbCma, "hugetlb_cma= takes percentages of memory, rounded down to gigantic pages", "no profile of 7.3 or later comes with memmap"},
    {D(cma_has_ranges),                  "6.15",               "",                    "6.12 7.2",        "cma_declare_contiguous_multi",     kCma,       "an area tells no node, and the size that was asked for; huge pages' one may have several ranges, and tells how many"},
    {D(iommu_comes_first),               "6.15",               "",                    "6.12 7.2",        "arch_mm_preinit",                  kInit64,    "the bounce buffer is allocated as mm_core_init() begins; before, last of all"},
    {D(numa_cma_comes_last),             "7.2",                "",                    "6.12 7.2",        "dma_contiguous_reserve",           kDmaCma,    "nodes' areas for DMA come behind that of all, one of each; before, ahead of it, and a node may have two"},
    {D(kaslr_reads_efi_fake_mem),        "5.5",                "6.11",                "6.1 6.12",        "handle_mem_options",               kKaslr,     "the image keeps away from memory that efi_fake_mem= makes special-purpose"},
    {D(kaslr_reads_whole_hugepages),     "6.19",               "",                    "6.12 7.2",        "parse_gb_huge_pages",              kKaslr,     "a hugepages= that is more than a number keeps no memory free of the image"},
    {D(efi_stub_unpacks),                "6.6 6.1.81",         "",                    "6.1 6.12",        "efi_decompress_kernel",            kEfiStub,   "EFI's stub chooses the image's place; before, the decompressor behind it"},
    {D(efi_stub_takes_first_by_words),   "6.10 6.9.4 6.6.33 6.1.93", "",              "6.1 6.12",        "efi_stub_entry",                   kEfiStub,   "with mem=, memmap= or hugepages= EFI's stub takes the first place that there is"},
    {D(kaslr_takes_unaccepted),          "6.5",                "",                    "6.1 6.12",        "memory_type_is_free",              kKaslr,     "unaccepted memory of EFI's map may hold the image"},
    {D(has_reserve_mem),                 "6.12",               "",                    "6.1 6.12",        "reserve_mem",                      kMemblock,  "reserve_mem= is known"},
    {D(reserve_mem_tells),               "7.1",                "",                    "6.18.15 7.2",     "reserve_mem",                      kMemblock,  "a reserve_mem= that it cannot follow is told of; before, silently ignored"},
    {D(stack_depot_lists),               "6.9",                "",                    "6.1 6.12",        "stack_depot_early_init",           kDepot,     "its table holds lists and is not zeroed; before, pointers"},
    {D(stack_depot_has_pools),           "6.18",                "",                    "6.12 6.18",       "stack_depot_early_init",           kDepot,     "the list of its pools is allocated behind the table, as long as stack_depot_max_pools= has it"},
    {D(has_slab_debug),                  "6.9",                "",                    "6.1 6.12",        "setup_slub_debug",                 kSlub,      "slab_debug= is another name of slub_debug="},
    {D(swiotlb_fewer_areas),             "6.6",                "",                    "6.1 6.12",        "swiotlb_init_remap",               kSwiotlb,   "a smaller buffer has fewer areas"},
    {D(swiotlb_has_areas),               "6.0",                "",                    "5.15 6.1",        "swiotlb_init_remap",               kSwiotlb,   "areas, as many as processors, and a smaller buffer where there is no room; before, one size"},
    {D(swiotlb_grows_for_tdx),           "6.7",                "",                    "6.1 6.12",        "mem_encrypt_setup_arch",           kMemEncrypt, "of TDX guests too the bounce buffer grows with memory; before, of SEV's alone"},
    {D(aperture_before_swiotlb),         "5.18",               "",                    "6.1",             "pci_iommu_alloc",                  kPciDma,    "an aperture for AMD's old northbridges is taken before the bounce buffer; before, behind it"},
    {D(cma_goes_bottom_up),              "5.12",               "",                    "4.17 6.1",        "cma_declare_contiguous_nid",       kCma,       "an area is looked for from 4 GiB up first; before, from the top down"},
    {D(cma_aligns_to_largest),           "",                   "5.19",                "4.17 6.1",        "cma_declare_contiguous_nid",       kCma,       "an area is of the page allocator's largest blocks, of 4 MiB; later, of page blocks"},
    {D(swiotlb_slots),                   "5.14",               "",                    "5.11 5.15",       "swiotlb_init_remap",               kSwiotlb,   "a slot's records: one array of struct io_tlb_slot; before, one of int and one of addresses"},

    // The page allocator
    {D(handover_frees_to_tail),          "5.10",               "",                    "6.1",             "__free_pages_core",                kPageAlloc, "what memblock hands over goes to the tails of the free lists; before, to the heads"},
    {D(buddy_keeps_types_apart),         "5.18",               "",                    "6.1",             "migratetype_is_mergeable",         "include/linux/mmzone.h", "pageblocks of CMA and of the atomic reserve merge with no others; before, only isolated ones do not"},
    {D(lists_follow_pageblocks),         "6.10",               "",                    "6.1 6.12",        "split_large_buddy",                kPageAlloc, "a block is in its pageblock's list: what merges takes one type over, what a fallback splits stays with its own type; before, it moves to the requester's list"},
    {D(fallback_claims_first),           "6.15 6.12.29",       "",                    "6.1 6.12.117",    "__rmqueue_claim",                  kPageAlloc, "looks for a pageblock to claim, from the largest block down, then takes the smallest; before, it takes of the first that is found"},
    {D(highatomic_spares_small_zones),   "6.8",                "",                    "6.1 6.12",        "reserve_highatomic_pageblock",     kPageAlloc, "no atomic reserve in a zone of which a hundredth is less than a pageblock"},
    {D(highatomic_counts_free),          "6.13 6.12.2",        "",                    "6.1 6.12.117",    "__zone_watermark_unusable_free",   kPageAlloc, "of the atomic reserve its free pages are left out; before, all of it"},
    {D(zonelist_loads_add_up),           "5.16",               "",                    "6.1",             "build_zonelists",                  kPageAlloc, "the first node of a distance counts once more as a fallback; before, as many as there are nodes left"},
    {D(zonelist_leaves_bare_node_out),   "6.7",                "",                    "6.1 6.12",        "find_next_best_node",              kPageAlloc, "a node without memory is not in its own order of fallbacks; before, it is the first"},
    {D(zonelist_of_possible_nodes),      "5.18",               "",                    "6.1",             "__build_all_zonelists",            kPageAlloc, "each possible node has an order of fallbacks; before, those online"},
    {D(pageset_tunes_itself),            "6.7",                "",                    "6.1 6.12",        "nr_pcp_high",                      kPageAlloc, "how many pages a processor keeps moves between two limits; before, there is one"},
    {D(pageset_frees_in_bounds),         "6.7 6.6.45 6.1.104", "",                   "6.1",             "nr_pcp_free",                      kPageAlloc, "what a processor gives back at once doubles five times at most; before, until all but a batch goes"},
    {D(watermarks_spare_movable),        "6.6",                "",                    "6.1 6.12",        "__setup_per_zone_wmarks",          kPageAlloc, "Movable has no share of min_free_kbytes but a small minimum of its own"},
    {D(min_free_reaches_256m),           "5.7",                "",                    "",                "calculate_min_free_kbytes",        kPageAlloc, "min_free_kbytes is at most 256 MiB; before, 64"},
    {D(lowmem_reserve_is_kept_up),       "6.15",               "",                    "6.12 7.2",        "adjust_managed_page_count",        kPageAlloc, "what lower zones keep follows each page that is freed late; before, it is computed once"},

    // Slab caches and vmalloc, as far as mm_core_init() goes
    {D(core_init_is_known),              "6.18 6.12.0 6.1.44",  "6.19",                "6.1 6.12 7.2",    "mm_core_init",                     kMmInit,    "what the kernel takes of the page allocator until mm_core_init() is done follows these rules"},
    {D(slab_wastes_half),                "6.7",                "",                    "6.1 6.12",        "calculate_order",                  kSlub,      "a slab may waste half of itself before it has fewer objects than it should; before, a quarter"},
    {D(slab_merges_by_config),           "6.8",                "",                    "6.1 6.12",        "slab_unmergeable",                 kSlabCommon, "without CONFIG_HARDENED_USERCOPY other caches may share kmalloc()'s; before, none may"},
    {D(kmalloc_odd_sizes_first),         "6.10",               "",                    "6.1 6.12",        "create_kmalloc_caches",            kSlabCommon, "kmalloc-96 and kmalloc-192 are the first of each set; before, each follows the size below it"},
    {D(memcg_has_kmem),                  "6.11",               "",                    "6.1 6.12",        "mem_cgroup_kmem_disabled",         kMemcontrol, "CONFIG_MEMCG accounts slab caches too; before, CONFIG_MEMCG_KMEM"},
    {D(vmalloc_has_nodes),               "6.9",                "",                    "6.1 6.12",        "vmap_init_nodes",                  kVmalloc,   "as many parts of vmalloc's ranges as there are processors, and a shrinker for them"},

    {D(iomem_has_rodata),                "5.5",                "",                    "",                "setup_arch",                       kSetup,     "/proc/iomem has the image's read-only data, and its data from _sdata on; before, data from the end of the code on"},
    {D(zoneinfo_has_cma),                "5.12",               "",                    "6.1",             "zoneinfo_show_print",              kVmstat,    "a zone's pages that are CMA's are told"},
    {D(zoneinfo_has_promo),              "6.12",               "",                    "6.1 6.12",        "zoneinfo_show_print",              kVmstat,    "the watermark promo is told"},

    // After the hand-over: ioremap, vmalloc
    {D(ioremap_spares_isa),              "",                   "4.14",                "",                "__ioremap_caller",                 kIoremap,   "what lies between 640 KiB and 1 MiB is not mapped anew: its place in the direct map is given", "no profile or boot before 4.14 comes with memmap"},
    {D(iounmap_checks_range),            "6.12",               "",                    "6.1 6.12",        "iounmap",                          kIoremap,   "warns of an address that is none of vmalloc's; before, one of the direct map or below does nothing"},
    {D(huge_io_wants_one_type),          "6.5",                "",                    "6.1 6.12",        "pmd_set_huge",                     kPgtable,   "a large page of an ioremap() needs one type of MTRR all over; before, several that come to write-back do"},
    {D(vmalloc_tells_bounds),            "6.11",               "",                    "6.1 6.12",        "alloc_vmap_area",                  kVmalloc,   "where no area is left it tells the bounds; before, it advises vmalloc="},
    {D(vmalloc_levels_are_there),        "5.9",                "",                    "",                "preallocate_vmalloc_pages",        kInit64,    "the tables below the root are there for all of vmalloc's addresses"},
    {D(memory_is_told_late),             "6.11",               "",                    "6.1 6.12",        "page_alloc_init_late",             kMmInit,    "the line `Memory: ...` comes once all struct pages are initialised, behind allocations that nobody can tell"},
    {D(pat_list_has_ranges),             "5.6",                "",                    "",                "memtype_seq_show",                 kMemtype,   "pat_memtype_list has `PAT: [mem START-END] TYPE`; before, `TYPE @ START-END`"},
    {D(trampoline_maps_kernel),          "5.16 5.15.7 5.10.84 5.4.164", "",            "",                "setup_real_mode",                  kRealMode,  "the trampoline's root has all of the kernel's entries; before, the last alone"},
};

#undef D
// clang-format on

}  // namespace

std::span<const Difference> differences() { return kDifferences; }

const Difference* find_difference(std::string_view name) {
  const auto* it = std::ranges::find(kDifferences, name, &Difference::name);
  return it == std::end(kDifferences) ? nullptr : it;
}

}  // namespace memmap::kernel
