// Contiguous areas: for DMA buffers and for huge pages.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// An area anywhere, `size` rounded up to pageblocks; false: there is no room.
// kernel: cma_declare_contiguous(), mm/cma.c
bool declare_contiguous(Boot& boot, std::uint64_t size, const memblock::Purpose& owner);

void dma_contiguous_reserve(Boot& boot);
void hugetlb_cma_reserve(Boot& boot);
// Behind the hand-over: the areas become the page allocator's.
void cma_init_reserved_areas(Boot& boot);

}  // namespace memmap::boot
