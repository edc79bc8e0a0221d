// How many pages the kernel says that the direct map has, size by size.
#pragma once

#include <array>
#include <cstdint>

#include "paging/geometry.h"

namespace memmap::paging {

// What /proc/meminfo shows as DirectMap4k, DirectMap2M and DirectMap1G. It is a count of what was
// done, not of what is mapped: a page that several steps of init_mem_mapping() come upon counts each
// time, and a page of the image's own mapping that is split counts as one of the direct map.
// kernel: direct_pages_count, arch/x86/mm/pat/set_memory.c, v6.12
class DirectPages {
 public:
  // Pages by the level of the tables that hold them: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB.
  std::uint64_t of(unsigned level) const { return pages_[level]; }

  void add(unsigned level, std::uint64_t pages) { pages_[level] += pages; }
  // A page of `level`, above 1, becomes those of a table. kernel: split_page_count()
  void split(unsigned level) {
    if (pages_[level] == 0) return;
    --pages_[level];
    pages_[level - 1] += kEntries;
  }

 private:
  std::array<std::uint64_t, 4> pages_{};
};

}  // namespace memmap::paging
