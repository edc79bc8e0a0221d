#include "boot/early_windows.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/rules.h"

namespace memmap::boot {

std::uint32_t early_page_flags(const Boot& boot) {
  const paging::Features& features = boot.in.features;
  if (!boot.state.mapped.empty()) return paging::kernel_flags(features);
  return paging::kWritable | paging::kGlobal | (features.nx ? paging::kNoExecute : 0u);
}

std::optional<VirtAddr> early_memremap(Boot& boot, PhysAddr phys, std::uint64_t size) {
  const auto at = boot.state.early_ioremap.map(boot.state.page_tables, phys, size,
                                               early_page_flags(boot), boot.story);
  if (at) {
    boot.story.tell(Severity::debug, rule::kEarlyMemremap,
                    fmt::format("early_memremap({:#x}, {:#x}) => {:#x}, {}", raw(phys), size,
                                raw(*at), boot.in.fixmap.name_of(*at)),
                    PhysRange::from_size(phys, size));
  }
  return at;
}

void early_memunmap(Boot& boot, VirtAddr window, std::uint64_t size) {
  if (!boot.state.early_ioremap.unmap(boot.state.page_tables, window, size, boot.story)) return;
  boot.story.tell(Severity::debug, rule::kEarlyMemunmap,
                  fmt::format("early_memunmap({:#x}, {:#x})", raw(window), size));
}

bool look_at(Boot& boot, PhysAddr phys, std::uint64_t size) {
  const auto window = early_memremap(boot, phys, size);
  if (window) early_memunmap(boot, *window, size);
  return window.has_value();
}

void look_through(Boot& boot, PhysRange range) {
  constexpr std::uint64_t kMost = fixmap::kBtmapPages * kPageSize;
  if (range.empty()) return;
  const std::uint64_t offset = raw(range.base()) % kPageSize;
  const std::uint64_t first = std::min(range.size() + offset, kMost);
  look_at(boot, PhysAddr{raw(range.base()) - offset}, first);
  const std::uint64_t left = range.size() - (first - offset);
  if (left == 0) return;
  boot.story.tell(Severity::debug, rule::kCopyFromEarlyMem,
                  fmt::format("early_memremap() {} more times, {:#x} bytes each at most",
                              (left - 1) / kMost + 1, kMost),
                  PhysRange::make(raw(range.end()) - left, raw(range.end())));
}

}  // namespace memmap::boot
