// Contiguous areas: for DMA buffers and for huge pages.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// An area anywhere, `size` rounded up to pageblocks; false: there is no room.
// kernel: cma_declare_contiguous(), mm/cma.c
bool declare_contiguous(Boot& boot, std::uint64_t size, const memblock::Purpose& owner);

void dma_contiguous_reserve(Boot& boot);
void hugetlb_cma_reserve(Boot& boot);
// Whether gigantic pages come out of huge pages' areas, and of nothing else (hugetlb_cma_only=).
bool takes_of_cma(const Boot& boot);
// One of `size` bytes of the node's area; without room there, unless `fallback` is exact, of another's.
// kernel: hugetlb_cma_alloc_bootmem(), mm/hugetlb_cma.c, v7.2
std::optional<PhysAddr> cma_reserve_early(Boot& boot, std::uint64_t size, int nid,
                                          memblock::Memblock::Nid fallback);
// Behind the hand-over: the areas become the page allocator's.
void cma_init_reserved_areas(Boot& boot);

}  // namespace memmap::boot
