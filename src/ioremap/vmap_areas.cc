#include "ioremap/vmap_areas.h"

#include <bit>
#include <iterator>

#include "base/align.h"

namespace memmap::ioremap {

VmapAreas::VmapAreas(VirtAddr start, VirtAddr end, unsigned online_cpus)
    : start_(raw(start)),
      end_(raw(end)),
      lazy_max_pages_(static_cast<std::uint64_t>(std::bit_width(online_cpus)) *
                      ((32 * kMiB) >> kPageShift)) {}

std::optional<VirtAddr> VmapAreas::take(std::uint64_t size, std::uint64_t align) {
  // Past the end of all areas, and no sum below wraps.
  if (size > end_ - start_ - kGuard) return std::nullopt;
  const std::uint64_t whole = size + kGuard;
  std::uint64_t at = align_up(start_, align);
  auto area = areas_.begin();
  auto waits = waiting_.begin();
  while (area != areas_.end() || waits != waiting_.end()) {
    const bool areas_next =
        waits == waiting_.end() || (area != areas_.end() && area->first < waits->first);
    const std::uint64_t base = raw(areas_next ? area->first : waits->first);
    const std::uint64_t bytes = areas_next ? area->second.size + kGuard : waits->second;
    if (at <= base && base - at >= whole) break;
    if (base + bytes > at) at = align_up(base + bytes, align);
    areas_next ? void(++area) : void(++waits);
  }
  if (at < start_ || at > end_ || end_ - at < whole) {
    if (waiting_.empty()) return std::nullopt;
    waiting_.clear();
    lazy_pages_ = 0;
    return take(size, align);
  }
  areas_.emplace(VirtAddr{at}, VmapArea{.virt = VirtAddr{at}, .size = size});
  return VirtAddr{at};
}

bool VmapAreas::put(const VmapArea& area) {
  const std::uint64_t base = raw(area.virt);
  const auto next = areas_.lower_bound(area.virt);
  if (next != areas_.end() && raw(next->first) - base < area.size + kGuard) return false;
  if (next != areas_.begin()) {
    const VmapArea& before = std::prev(next)->second;
    if (raw(before.virt) + before.size + kGuard > base) return false;
  }
  areas_.emplace(area.virt, area);
  return true;
}

const VmapArea* VmapAreas::find(VirtAddr virt) const {
  const auto next = areas_.upper_bound(virt);
  if (next == areas_.begin()) return nullptr;
  const VmapArea& area = std::prev(next)->second;
  return raw(virt) - raw(area.virt) < area.size + kGuard ? &area : nullptr;
}

void VmapAreas::set_ioremap(VirtAddr virt, PhysAddr phys) {
  VmapArea& area = areas_.at(virt);
  area.ioremap = true;
  area.phys = phys;
}

void VmapAreas::give_back(VirtAddr virt) {
  const auto area = areas_.find(virt);
  const std::uint64_t bytes = area->second.size + kGuard;
  areas_.erase(area);
  waiting_.emplace(virt, bytes);
  lazy_pages_ += bytes >> kPageShift;
  if (lazy_pages_ <= lazy_max_pages_) return;
  waiting_.clear();
  lazy_pages_ = 0;
}

}  // namespace memmap::ioremap
