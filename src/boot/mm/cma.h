// Contiguous areas: for DMA buffers and for huge pages.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void dma_contiguous_reserve(Boot& boot);
void hugetlb_cma_reserve(Boot& boot);

}  // namespace memmap::boot
