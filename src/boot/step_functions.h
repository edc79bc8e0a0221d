// The functions behind the rows of boot/steps.cc, by the file they are in. Each does what the
// kernel function of its name does to the memory, and tells it in events.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// steps/early.cc: what is set aside before there is memory
void early_reserve_memory(Boot& boot);
void early_reserve_initrd(Boot& boot);
void memblock_x86_reserve_range_setup_data(Boot& boot);
void reserve_bios_regions(Boot& boot);
void setup_bios_corruption_check(Boot& boot);
void trim_low_memory_range(Boot& boot);
void find_mptable(Boot& boot);
void dmi_setup(Boot& boot);
void reserve_brk(Boot& boot);

// steps/e820.cc: the firmware's map becomes the kernel's
void e820_memory_setup(Boot& boot);
void e820_memory_setup_extended(Boot& boot);
void parse_early_param(Boot& boot);
void e820_reserve_setup_data(Boot& boot);
void e820_finish_early_params(Boot& boot);
void e820_add_kernel_range(Boot& boot);
void trim_bios_range(Boot& boot);
void e820_end_of_ram_pfn(Boot& boot);
void mtrr_trim_uncached_memory(Boot& boot);
void e820_end_of_low_ram_pfn(Boot& boot);

// steps/efi.cc
void efi_memblock_x86_reserve_range(Boot& boot);
bool efi_runtime_disabled(const Boot& boot);
void efi_init(Boot& boot);
void efi_find_mirror(Boot& boot);
void efi_esrt_init(Boot& boot);
void efi_reserve_boot_services(Boot& boot);
void efi_bgrt_init(Boot& boot);

// steps/memblock.cc: memory and its first users
void movable_node(Boot& boot);
void e820_memblock_setup(Boot& boot);
void memblock_dump_all(Boot& boot);
void reserve_real_mode(Boot& boot);
void init_mem_mapping(Boot& boot);
void reserve_initrd(Boot& boot);
void e820_memblock_alloc_reserved_mpc_new(Boot& boot);
void acpi_boot_table_init(Boot& boot);

// steps/acpi_upgrade.cc
void acpi_table_upgrade(Boot& boot);

// steps/sparse.cc, steps/resources.cc
void sparse_init(Boot& boot);
void acpi_parse_hpet(Boot& boot);
void io_apic_init_mappings(Boot& boot);
void e820_reserve_resources(Boot& boot);
void e820_register_nosave_regions(Boot& boot);

// steps/crashkernel.cc, steps/cma.cc, steps/hugepages.cc: what the command line sets aside
void arch_reserve_crashkernel(Boot& boot);
void reserve_crashkernel(Boot& boot);
void dma_contiguous_reserve(Boot& boot);
void hugetlb_cma_reserve(Boot& boot);

// steps/command_line.cc, steps/parameters.cc
void parse_args(Boot& boot);
void setup_command_line(Boot& boot);
void print_unknown_bootoptions(Boot& boot);

// steps/percpu.cc
void setup_per_cpu_areas(Boot& boot);
void setup_cpu_masks(Boot& boot);

// steps/hashes.cc
void memblock_find_dma_reserve(Boot& boot);
void count_kernel_pages(Boot& boot);
void vfs_caches_init_early(Boot& boot);
bool stores_traces(const Boot& boot);
void stack_depot_early_init(Boot& boot);

// steps/late.cc, steps/swiotlb.cc: the last before the hand-over
void setup_log_buf_early(Boot& boot);
void setup_log_buf_late(Boot& boot);
void map_kernel_pages(Boot& boot, std::uint64_t start, std::uint64_t end, std::string_view owner);
void setup_cpu_entry_areas(Boot& boot);
void kfence_alloc_pool(Boot& boot);
void pci_iommu_alloc(Boot& boot);
void pti_init(Boot& boot);

// steps/nodes.cc: nodes, zones and the hand-over
void initmem_init(Boot& boot);
void init_cpu_to_node(Boot& boot);
void alloc_offline_node_data(Boot& boot);
void free_area_init(Boot& boot);
void memblock_free_all(Boot& boot);

}  // namespace memmap::boot
