// Hash tables that are sized by memory.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void memblock_find_dma_reserve(Boot& boot);
void count_kernel_pages(Boot& boot);
void vfs_caches_init_early(Boot& boot);
void stack_depot_early_init(Boot& boot);

// Whether somebody keeps call traces from the start: slab_debug with `U`, page_owner=on,
// kmemleak=on.
bool stores_traces(const Inputs& in);

}  // namespace memmap::boot
