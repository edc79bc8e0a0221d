// What of the processor and the command line shapes the kernel's own mappings.
#pragma once

#include <cstdint>

#include "paging/mapping.h"

namespace memmap::paging {

struct Features {
  bool pse = true;       // 2 MiB pages
  bool gbpages = false;  // 1 GiB pages: the processor has them and nogbpages is not given
  bool pge = true;       // global pages
  bool nx = true;
  bool la57 = false;  // 5 levels in use: the processor, the kernel and the command line agree
  bool pti = false;   // page table isolation is on: kernel pages are not global
  // debug_pagealloc=on of a kernel with CONFIG_DEBUG_PAGEALLOC: small pages only.
  bool debug_pagealloc = false;

  constexpr unsigned levels() const { return la57 ? 5 : 4; }
};

// The largest page that the direct map may use. kernel: probe_page_size_mask(), arch/x86/mm/init.c,
// v6.12: page_size_mask has 1G only if it has 2M too, so one number tells it.
constexpr std::uint64_t largest_page(const Features& f) {
  if (!f.pse || f.debug_pagealloc) return kSize4K;
  return f.gbpages ? kSize1G : kSize2M;
}

// PAGE_KERNEL, as the processor and page table isolation leave it.
constexpr std::uint32_t kernel_flags(const Features& f) {
  return kWritable | (f.nx ? kNoExecute : 0u) | (f.pge && !f.pti ? kGlobal : 0u);
}

}  // namespace memmap::paging
