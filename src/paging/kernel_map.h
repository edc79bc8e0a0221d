// The mapping of the kernel's image at __START_KERNEL_map.
#pragma once

#include "base/address.h"
#include "paging/geometry.h"
#include "paging/mapping.h"

namespace memmap::paging {

// The mapping that cleanup_highmap() leaves: 2 MiB pages from the one that the image starts in to
// the end of what the brk area has given out. They are writable and executable until
// mark_rodata_ro(). `text` is the virtual address of _text and `phys` the physical one, at the same
// place of a page of 2 MiB; `brk_end` is the virtual end of the last brk allocation.
//
//   image      |=text=|=rodata=|=data=|=bss=|=brk=...|
//                                               ^ _brk_end
//   2 MiB      |-------|-------|-------|-------|-------|
//
// kernel: cleanup_highmap(), arch/x86/mm/init_64.c; level2_kernel_pgt, arch/x86/kernel/head_64.S,
// v6.12
Mappings kernel_map(VirtAddr text, PhysAddr phys, VirtAddr brk_end);

}  // namespace memmap::paging
