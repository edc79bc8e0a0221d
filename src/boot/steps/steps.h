// The functions behind the rows of boot/steps.cc, by the file they are in. Each does what the
// kernel function of its name does to the memory, and tells it in events.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// steps/early.cc: what is set aside before there is memory
void early_reserve_memory(Boot& boot);
void find_mptable(Boot& boot);
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
void e820_end_of_low_ram_pfn(Boot& boot);

// steps/mtrr.cc
void mtrr_trim_uncached_memory(Boot& boot);

// steps/efi.cc
void efi_memblock_x86_reserve_range(Boot& boot);
void efi_init(Boot& boot);
void efi_find_mirror(Boot& boot);
void efi_esrt_init(Boot& boot);
void efi_reserve_boot_services(Boot& boot);

// steps/memblock.cc: memory and its first users
void e820_memblock_setup(Boot& boot);
void reserve_real_mode(Boot& boot);
void init_mem_mapping(Boot& boot);
void reserve_initrd(Boot& boot);
void acpi_boot_table_init(Boot& boot);

// steps/nodes.cc: nodes, zones and the hand-over
void initmem_init(Boot& boot);
void sparse_init(Boot& boot);
void free_area_init(Boot& boot);
void memblock_free_all(Boot& boot);

}  // namespace memmap::boot
