#include "fixmap/fixmap.h"

#include "base/align.h"

namespace memmap::fixmap {

void set_fixmap(paging::AddressSpace& space, std::uint64_t slot, PhysAddr phys,
                std::uint32_t flags) {
  space.map({.virt = fix_to_virt(slot),
             .phys = PhysAddr{align_down(raw(phys), kPageSize)},
             .page_size = kPageSize,
             .pages = 1,
             .flags = flags});
}

void clear_fixmap(paging::AddressSpace& space, std::uint64_t slot) {
  space.unmap(fix_to_virt(slot), kPageSize);
}

}  // namespace memmap::fixmap
