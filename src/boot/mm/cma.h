// Contiguous areas: for DMA buffers and for huge pages.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void dma_contiguous_reserve(Boot& boot);
void hugetlb_cma_reserve(Boot& boot);
// Behind the hand-over: the areas become the page allocator's.
void cma_init_reserved_areas(Boot& boot);

}  // namespace memmap::boot
