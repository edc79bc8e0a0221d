#include "buddy/pageblocks.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::buddy {

void PageblockTypes::set(std::uint64_t start, std::uint64_t end, MigrateType type) {
  if (start >= end) return;
  start = align_down(start, pages());
  end = align_up(end, pages());
  const MigrateType behind = this->type(end);
  types_.erase(types_.lower_bound(start), types_.upper_bound(end));
  if (this->type(start) != type) types_[start] = type;
  if (behind != type) types_[end] = behind;
}

PageblockTypes PageblockTypes::part(std::uint64_t start, std::uint64_t end) const {
  PageblockTypes out(order_);
  while (start < end) {
    const auto next = types_.upper_bound(start);
    const std::uint64_t stop = next == types_.end() ? end : std::min(end, next->first);
    out.set(start, stop, type(start));
    start = stop;
  }
  return out;
}

}  // namespace memmap::buddy
