// What is set aside before there is memory to allocate.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void early_reserve_memory(Boot& boot);
void early_reserve_initrd(Boot& boot);
void memblock_x86_reserve_range_setup_data(Boot& boot);
void reserve_bios_regions(Boot& boot);
void reserve_ibft_region(Boot& boot);
void setup_bios_corruption_check(Boot& boot);
void trim_low_memory_range(Boot& boot);
// Reads the header of a node of setup_data, and more of one that points elsewhere, as those do who want
// to know what a node holds in memory. False: the kernel gives up, with `who` in what it says.
bool look_at_setup_data(Boot& boot, const SetupData& data, const Rule& rule, std::string_view who);

}  // namespace memmap::boot
