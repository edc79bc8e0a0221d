#include "boot/mm/kernel_tables.h"

#include "base/align.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {

void make_tables(Boot& boot, std::uint64_t start, std::uint64_t end, const memblock::Owner& owner) {
  const memblock::Caller caller = boot.caller(owner, {function::spp_getpage});
  paging::AddressSpace& tables = boot.state.page_tables;
  for (std::uint64_t at = start; at < end; at = align_down(at, paging::kSize2M) + paging::kSize2M) {
    for (unsigned level = tables.levels() - 1; level >= 1; --level) {
      if (tables.table(level, VirtAddr{at})) continue;
      const auto page = boot.state.memblock.alloc(kPageSize, kPageSize, caller);
      if (!page) {
        return boot.story.tell(
            Severity::panic, rule::kSppGetpage,
            "Kernel panic - not syncing: set_pte_phys: cannot allocate page data");
      }
      tables.add_table(level, VirtAddr{at}, {*page, paging::TableOrigin::memblock});
    }
  }
}

}  // namespace memmap::boot
