// Page tables as the kernel's debugfs shows them.
#pragma once

#include <string>

#include "kernel/profile.h"
#include "paging/address_space.h"

namespace memmap::report {

// The lines of /sys/kernel/debug/page_tables/kernel: runs of entries of one level with the same flags,
// holes too, below the names of the kernel's areas. What an entry's accessed and dirty bits would
// separate is one line here.
// kernel: ptdump_walk_pgd_level_core(), arch/x86/mm/dump_pagetables.c, v6.12
std::string to_ptdump(const paging::AddressSpace& tables, const kernel::Profile& profile);

}  // namespace memmap::report
