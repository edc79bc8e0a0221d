#include "boot/mm/kernel_tables.h"

#include <set>
#include <utility>

#include "base/align.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

// Those made so far: by level, and by the number of the piece that each translates.
struct KernelTables {
  std::set<std::pair<unsigned, std::uint64_t>> made{};
};

}  // namespace

bool needs_table(Boot& boot, unsigned level, std::uint64_t virt) {
  return boot.scratch.of<KernelTables>()
      .made.emplace(level, virt >> paging::entry_shift(level + 1))
      .second;
}

void map_kernel_pages(Boot& boot, std::uint64_t start, std::uint64_t end,
                      const memblock::Owner& owner) {
  const memblock::Caller caller = boot.caller(owner, {function::spp_getpage});
  for (std::uint64_t at = start; at < end; at = align_down(at, paging::kSize2M) + paging::kSize2M) {
    for (unsigned level = boot.state.page_tables.levels - 1; level >= 1; --level) {
      if (!needs_table(boot, level, at)) continue;
      if (boot.state.memblock.alloc(kPageSize, kPageSize, caller)) continue;
      return boot.story.tell(Severity::panic, rule::kSppGetpage,
                             "Kernel panic - not syncing: set_pte_phys: cannot allocate page data");
    }
  }
}

}  // namespace memmap::boot
