// Struct pages of huge pages that hold nothing, and are given back.
#pragma once

#include <vector>

#include "boot/boot.h"
#include "boot/mm/vmemmap.h"

namespace memmap::boot {

// hugetlb_free_vmemmap= asks for it, or the kernel was built so.
bool optimizes_hugetlb_vmemmap(const Boot& boot);

// Whether that is done for gigantic pages before there is a page allocator.
bool preinitialises_vmemmap(const Boot& boot);

// While a node's sections are set up: those of its gigantic pages whose struct pages are, or will be,
// seen to by the two functions here; their sections are to be left alone.
std::vector<PhysRange> hugetlb_vmemmap_init_early(Boot& boot, Vmemmap& vmemmap, int nid);
// Once there are zones: a page that lies in two of them is given back.
void sparse_vmemmap_init_nid_late(Boot& boot);

// Behind hugetlb_hstate_alloc_pages(). Exact for pages that memblock gave. Which struct pages belong
// to those of the page allocator nobody can tell: how much that is, is told.
void hugetlb_vmemmap_optimize(Boot& boot);

}  // namespace memmap::boot
