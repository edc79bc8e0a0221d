// The kernel's page tables outside of the direct map, as far as memory is taken for them.
#pragma once

#include <cstdint>

#include "boot/boot.h"

namespace memmap::boot {

// True, once, for a page table that is not there yet: the one of `level` (1 holds 4 KiB pages) that
// translates the piece of the address space that `virt` lies in.
bool needs_table(Boot& boot, unsigned level, std::uint64_t virt);

// Page tables down to 4 KiB pages for [start, end), as they are needed.
// kernel: fill_pte(), fill_pmd(), fill_pud(), fill_p4d(), arch/x86/mm/init_64.c
void map_kernel_pages(Boot& boot, std::uint64_t start, std::uint64_t end,
                      const memblock::Owner& owner);

}  // namespace memmap::boot
