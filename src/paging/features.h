// The features that shape the kernel's own mappings: of the processor, as the kernel and its
// command line use them.
#pragma once

#include <cstdint>

#include "paging/mapping.h"

namespace memmap::paging {

struct Features {
  bool pse = true;       // 2 MiB pages
  bool gbpages = false;  // 1 GiB pages, not turned off by nogbpages
  bool pge = true;       // global pages
  bool nx = true;        // no-execute
  bool la57 = false;     // 5 levels: the processor has them, the kernel and the command line agree
  bool pti = false;      // page table isolation, under which kernel pages are not global
  // debug_pagealloc=on of a kernel with CONFIG_DEBUG_PAGEALLOC, under which all pages are small.
  bool debug_pagealloc = false;

  // Levels of page tables: 4 or 5.
  constexpr unsigned levels() const { return la57 ? 5 : 4; }
};

// Bytes of the largest page that the direct map may use. One number is enough: the kernel's mask
// has 1 GiB pages only if it has 2 MiB pages too.
// kernel: probe_page_size_mask(), arch/x86/mm/init.c, v6.12
constexpr std::uint64_t largest_page(const Features& f) {
  if (!f.pse || f.debug_pagealloc) return kSize4K;
  return f.gbpages ? kSize1G : kSize2M;
}

// The Flags of PAGE_KERNEL, less those that the processor or page table isolation does not allow.
constexpr std::uint32_t kernel_flags(const Features& f) {
  return kWritable | (f.nx ? kNoExecute : 0u) | (f.pge && !f.pti ? kGlobal : 0u);
}

}  // namespace memmap::paging
