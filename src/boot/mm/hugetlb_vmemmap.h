// Struct pages of huge pages that hold nothing, and are given back.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// hugetlb_free_vmemmap= asks for it, or the kernel was built so.
bool optimizes_hugetlb_vmemmap(const Boot& boot);

// Behind hugetlb_hstate_alloc_pages(). Exact for pages that memblock gave. Which struct pages belong
// to those of the page allocator nobody can tell: how much that is, is told.
void hugetlb_vmemmap_optimize(Boot& boot);

}  // namespace memmap::boot
