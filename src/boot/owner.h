// What memory is taken for, by the steps of the boot, or is in use for: each owner stands once, with
// the id that programs compare and the words that people read. Where a node has one of its own,
// `of node N` follows the words. Sorted by words.
#pragma once

#include "memblock/call.h"

namespace memmap::boot {

using memblock::Owner;

namespace owner {

// clang-format off
inline constexpr Owner kPlugin                   {"plugin",                         ""};  // its name and reason follow
inline constexpr Owner kSysFirmwareMemmap        {"sys_firmware_memmap",            "/sys/firmware/memmap"};
inline constexpr Owner kACPITable                {"acpi_table",                     "ACPI table"};  // its signature follows
inline constexpr Owner kACPITables               {"acpi_tables",                    "ACPI tables"};
inline constexpr Owner kACPITablesOfTheInitrd    {"acpi_tables_of_the_initrd",      "ACPI tables of the initrd"};
inline constexpr Owner kArrayOfMemorySections    {"array_of_memory_sections",       "array of memory sections"};
inline constexpr Owner kBIOSArea                 {"bios_area",                      "BIOS area"};
inline constexpr Owner kBrk                      {"brk",                            "brk"};  // what of the area is in use
inline constexpr Owner kBrkArea                  {"brk_area",                       "brk area"};
inline constexpr Owner kCMACrashKernel           {"cma_crash_kernel",               "CMA: crash kernel"};
inline constexpr Owner kCMADMABuffers            {"cma_dma_buffers",                "CMA: DMA buffers"};
inline constexpr Owner kCMAHugePages             {"cma_huge_pages",                 "CMA: huge pages"};
inline constexpr Owner kCommandLine              {"command_line",                   "command line"};
inline constexpr Owner kCPUMasks                 {"cpu_masks",                      "CPU masks"};
inline constexpr Owner kCrashKernel              {"crash_kernel",                   "crash kernel"};
inline constexpr Owner kData                     {"data",                           "data"};
inline constexpr Owner kDentryHashTable          {"dentry_hash_table",              "dentry hash table"};
inline constexpr Owner kDistancesBetweenNodes    {"distances_between_nodes",        "distances between nodes"};
inline constexpr Owner kEFIBootServices          {"efi_boot_services",              "EFI boot services"};
inline constexpr Owner kEFIMemoryAttributes      {"efi_memory_attributes",          "EFI memory attributes"};
inline constexpr Owner kEFIMemoryMap             {"efi_memory_map",                 "EFI memory map"};
inline constexpr Owner kEFIPicture              {"efi_picture",                    "EFI picture of the boot screen"};
inline constexpr Owner kEFISystemResourceTable   {"efi_system_resource_table",      "EFI system resource table"};
inline constexpr Owner kEFITables               {"efi_tables",                     "EFI tables"};
inline constexpr Owner kFirst64KiB               {"first_64_kib",                   "first 64 KiB"};
inline constexpr Owner kFirstMiB                 {"first_mib",                      "first MiB"};
inline constexpr Owner kFirstPage                {"first_page",                     "first page"};
inline constexpr Owner kGartAperture             {"gart_aperture",                  "GART aperture"};
inline constexpr Owner kHugePages                {"huge_pages",                     "huge pages"};
inline constexpr Owner kInitrd                   {"initrd",                         "initrd"};
inline constexpr Owner kISCSIBootTable           {"iscsi_boot_table",               "iSCSI boot table"};
inline constexpr Owner kInodeHashTable           {"inode_hash_table",               "inode hash table"};
inline constexpr Owner kKernelImage              {"kernel_image",                   "kernel image"};
inline constexpr Owner kKFENCE                   {"kfence",                         "KFENCE"};
inline constexpr Owner kLogBuffer                {"log_buffer",                     "log buffer"};
inline constexpr Owner kLowMemory                {"low_memory",                     "low memory"};
inline constexpr Owner kMemorySections           {"memory_sections",                "memory sections"};
inline constexpr Owner kMemblockMemory           {"memblock_memory",                "memblock.memory"};
inline constexpr Owner kMemblockReserved         {"memblock_reserved",              "memblock.reserved"};
inline constexpr Owner kMPConfigurationTable     {"mp_configuration_table",         "MP configuration table"};
inline constexpr Owner kMPFloatingPointer        {"mp_floating_pointer",            "MP floating pointer"};
inline constexpr Owner kMPTables                 {"mp_tables",                      "MP tables"};
inline constexpr Owner kNewMPTable               {"new_mp_table",                   "new MP table"};
inline constexpr Owner kPageTables               {"page_tables",                    "page tables"};
inline constexpr Owner kPageTablesOfCPUEntryAreas{"page_tables_of_cpu_entry_areas", "page tables of CPU entry areas"};
inline constexpr Owner kPageTablesOfPerCPUAreas  {"page_tables_of_per_cpu_areas",   "page tables of per-CPU areas"};
inline constexpr Owner kPageTablesOfStructPages  {"page_tables_of_struct_pages",    "page tables of struct pages"};
inline constexpr Owner kPerCPUAreas              {"per_cpu_areas",                  "per-CPU areas"};
inline constexpr Owner kPerCPUBookkeeping        {"per_cpu_bookkeeping",            "per-CPU bookkeeping"};
inline constexpr Owner kRAM                      {"ram",                            "RAM"};
inline constexpr Owner kRealModeTrampoline       {"real_mode_trampoline",           "real mode trampoline"};
inline constexpr Owner kRegionsNotToSave         {"regions_not_to_save",            "regions not to save"};
inline constexpr Owner kReserveMem               {"reserve_mem",                    "reserve_mem"};
inline constexpr Owner kResourceOfTheHPET        {"resource_of_the_hpet",           "resource of the HPET"};
inline constexpr Owner kResourcesOfTheIOAPICs    {"resources_of_the_io_apics",      "resources of the I/O APICs"};
inline constexpr Owner kResourcesOfTheMemoryMap  {"resources_of_the_memory_map",    "resources of the memory map"};
inline constexpr Owner kSetupData                {"setup_data",                     "setup_data"};
inline constexpr Owner kSoftReserved             {"soft_reserved",                  "soft reserved"};
inline constexpr Owner kSoftwareIOTLB            {"software_io_tlb",                "software IO TLB"};
inline constexpr Owner kStackDepot               {"stack_depot",                    "stack depot"};
inline constexpr Owner kStructPages              {"struct_pages",                   "struct pages"};
inline constexpr Owner kUnacceptedMemory         {"unaccepted_memory",              "table of unaccepted memory"};
inline constexpr Owner kUnknownParameters        {"unknown_parameters",             "unknown parameters"};
inline constexpr Owner kUsageMapsOfSections      {"usage_maps_of_sections",         "usage maps of sections"};
inline constexpr Owner kWatchedForTheBIOSSWrites {"watched_for_bios_writes",        "watched for the BIOS's writes"};
// clang-format on

}  // namespace owner
}  // namespace memmap::boot
