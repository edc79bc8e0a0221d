// The kernel's page tables outside of the direct map, as far as memory is taken for them.
#pragma once

#include <cstdint>

#include "boot/boot.h"

namespace memmap::boot {

// Page tables down to those of 4 KiB pages for the virtual addresses [start, end), as they are
// needed; where there is no page for one, the kernel panics.
// kernel: fill_pte(), fill_pmd(), fill_pud(), fill_p4d(), arch/x86/mm/init_64.c
void make_tables(Boot& boot, std::uint64_t start, std::uint64_t end, const memblock::Owner& owner);

}  // namespace memmap::boot
