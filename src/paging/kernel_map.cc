#include "paging/kernel_map.h"

#include "base/align.h"

namespace memmap::paging {

Mappings kernel_map(VirtAddr text, PhysAddr phys, VirtAddr brk_end) {
  const std::uint64_t start = align_down(raw(text), kSize2M);
  const std::uint64_t end = align_up(raw(brk_end), kSize2M);
  if (start >= end) return {};
  // __PAGE_KERNEL_LARGE_EXEC: level2_kernel_pgt is made with it, whatever the processor makes of a global
  // page, before page table isolation is decided.
  const std::uint32_t flags = kWritable | kGlobal;
  return {{VirtAddr{start}, PhysAddr{align_down(raw(phys), kSize2M)}, kSize2M,
           (end - start) / kSize2M, flags}};
}

}  // namespace memmap::paging
