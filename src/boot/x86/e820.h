// The firmware's map becomes the kernel's.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void e820_memory_setup(Boot& boot);
void parse_setup_data(Boot& boot);
void parse_early_param(Boot& boot);
void e820_reserve_setup_data(Boot& boot);
void e820_finish_early_params(Boot& boot);
void e820_add_kernel_range(Boot& boot);
void trim_bios_range(Boot& boot);
void e820_end_of_ram_pfn(Boot& boot);
void mtrr_trim_uncached_memory(Boot& boot);
void e820_end_of_low_ram_pfn(Boot& boot);
// Sorts the table and prints it as `modified`. kernel: e820__update_table_print()
void e820_update_table_print(Boot& boot);

}  // namespace memmap::boot
