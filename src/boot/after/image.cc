#include "boot/after/image.h"

#include "base/align.h"
#include "boot/mm/page_alloc.h"

namespace memmap::boot {
namespace {

VirtAddr in_image(const Boot& boot, std::uint64_t offset) {
  return VirtAddr{raw(boot.in.kernel_text()) + offset};
}

}  // namespace

std::optional<VirtAddr> address_of(const Boot& boot, const kernel::Symbol& symbol) {
  const auto place = boot.in.profile.place_of(symbol);
  if (!place) return std::nullopt;
  return in_image(boot, *place);
}

paging::SetMemory set_memory(Boot& boot) {
  return {boot.state.page_tables, boot.in.image_places(boot.state.brk.end()), boot.state.mapped,
          boot.in.features.nx, &boot.state.direct_pages};
}

void free_init_pages(Boot& boot, paging::SetMemory& memory, std::string_view what, VirtAddr from,
                     VirtAddr to) {
  const VirtAddr first{align_up(raw(from), kPageSize)};
  const std::uint64_t pages = pages_between(first, VirtAddr{align_down(raw(to), kPageSize)});
  if (boot.in.features.debug_pagealloc) {
    memory.np(first, pages);
    return;
  }
  memory.nx(first, pages);
  memory.rw(first, pages);
  const std::uint64_t phys = raw(boot.in.kernel_base) + raw(first) - raw(boot.in.kernel_text());
  free_reserved_area(boot, PhysRange::make(phys, phys + (pages << kPageShift)), what);
}

void free_kernel_image_pages(Boot& boot, paging::SetMemory& memory, std::string_view what,
                             VirtAddr from, VirtAddr to) {
  free_init_pages(boot, memory, what, from, to);
  if (boot.in.features.pti) memory.np_noalias(from, pages_between(from, to));
}

}  // namespace memmap::boot
