#include "boot/after/trampoline.h"

#include "base/align.h"
#include "paging/share.h"

namespace memmap::boot {
namespace {

// kernel: init_trampoline(), arch/x86/mm/init.c; init_trampoline_kaslr(), arch/x86/mm/kaslr.c, v6.12
void map_low(const Boot& boot, paging::AddressSpace& tables) {
  const paging::AddressSpace& kernel = boot.state.page_tables;
  const VirtAddr direct_map = kernel.bases().page_offset;
  if (boot.state.trampoline_pages.empty()) {
    const std::uint64_t entry = paging::entry_size(kernel.levels());
    const VirtAddr start{align_down(raw(direct_map), entry)};
    return paging::share(kernel, tables, start, entry, kernel.levels(), VirtAddr{0});
  }
  unsigned level = 3;
  for (const PhysAddr page : boot.state.trampoline_pages)
    tables.add_table(level++, VirtAddr{0}, {page, paging::TableOrigin::brk});
  paging::share(kernel, tables, direct_map, paging::kSize1G, 3, VirtAddr{0});
}

}  // namespace

// kernel: setup_real_mode(), arch/x86/realmode/init.c, v6.1 and v6.12
std::optional<paging::AddressSpace> trampoline_tables(const Boot& boot) {
  if (!boot.state.real_mode) return std::nullopt;
  const paging::AddressSpace& kernel = boot.state.page_tables;
  const PhysRange blob = *boot.state.real_mode;
  const std::uint64_t before = 2 + real_mode_code_pages(blob);  // header and read-only data; data
  const paging::TablePage root{PhysAddr{raw(blob.base()) + before * kPageSize},
                               paging::TableOrigin::memblock};
  paging::AddressSpace tables(kernel.levels(), kernel.bases(), root);
  map_low(boot, tables);
  const std::uint64_t entry = paging::entry_size(kernel.levels());
  const std::uint64_t start = boot.in.behaviour.trampoline_maps_kernel
                                  ? align_down(raw(kernel.bases().page_offset), entry)
                                  : std::uint64_t{0} - entry;
  paging::share(kernel, tables, VirtAddr{start}, std::uint64_t{0} - start, kernel.levels());
  return tables;
}

}  // namespace memmap::boot
