#include "memblock/find.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::memblock {

// kernel: numa_valid_node(), include/linux/numa.h, v6.12; __next_mem_range(), mm/memblock.c, v6.1
int node_filter(int nid, const kernel::Behaviour& behaviour) {
  if (nid == behaviour.max_numnodes) return kAnyNode;
  const bool valid = nid >= 0 && nid < behaviour.max_numnodes;
  return !valid && behaviour.memblock_any_invalid_node ? kAnyNode : nid;
}

std::optional<PhysRange> FreeSearch::step_up(std::uint64_t pos, std::uint64_t stop,
                                             Room room) const {
  stop = std::min(stop, raw(request_.limits.end()));
  pos = std::max(pos, raw(request_.limits.base()));
  RegionList::Pos m = memory_.region_up(pos, room);
  while (m != memory_.end() && pos < stop) {
    const PhysRange region = memory_.at(m).range;
    if (raw(region.base()) >= stop) break;
    if (filter_.skips(memory_.at(m))) {
      m = memory_.region_up(raw(region.end()), room);
      continue;
    }
    const auto gap = reserved_.gap_up(std::max(pos, raw(region.base())), room);
    if (!gap) break;
    const std::uint64_t lo = std::max({pos, raw(region.base()), raw(gap->base())});
    const std::uint64_t hi = std::min({stop, raw(region.end()), raw(gap->end())});
    if (lo < hi) return PhysRange::make(lo, hi);
    pos = std::max(pos, raw(gap->base()));
    m = memory_.region_up(pos, room);
  }
  return std::nullopt;
}

std::optional<PhysRange> FreeSearch::step_down(std::uint64_t pos, Room room) const {
  const std::uint64_t stop = raw(request_.limits.base());
  pos = std::min(pos, raw(request_.limits.end()));
  RegionList::Pos m = memory_.region_down(pos, room);
  while (m != memory_.end() && pos > stop) {
    const PhysRange region = memory_.at(m).range;
    if (raw(region.end()) <= stop) break;
    if (filter_.skips(memory_.at(m))) {
      m = memory_.region_down(raw(region.base()), room);
      continue;
    }
    const auto gap = reserved_.gap_down(std::min(pos, raw(region.end())), room);
    if (!gap) break;
    const std::uint64_t lo = std::max({stop, raw(region.base()), raw(gap->base())});
    const std::uint64_t hi = std::min({pos, raw(region.end()), raw(gap->end())});
    if (lo < hi) return PhysRange::make(lo, hi);
    pos = std::min(pos, raw(gap->end()));
    m = memory_.region_down(pos, room);
  }
  return std::nullopt;
}

std::optional<PhysRange> FreeSearch::next_up(PhysAddr after) {
  return step_up(raw(after), raw(request_.limits.end()), Room{});
}

std::optional<PhysRange> FreeSearch::next_down(PhysAddr before) {
  return step_down(raw(before), Room{});
}

// kernel: __memblock_find_range_bottom_up(), mm/memblock.c, v6.12
std::optional<PhysAddr> FreeSearch::search_up(PhysRange limits) const {
  const Room room{request_.size, request_.align};
  std::uint64_t pos = raw(limits.base());
  while (const auto range = step_up(pos, raw(limits.end()), room)) {
    const std::uint64_t hi = raw(range->end());
    const std::uint64_t at = align_up(raw(range->base()), request_.align);
    // Rounding up wrapped to 0. The kernel returns that, and its callers take it for a failure.
    if (at < raw(range->base())) return std::nullopt;
    if (at < hi && hi - at >= request_.size) return PhysAddr{at};
    pos = std::max(hi, at);  // every block that fits begins at `at` or above
  }
  return std::nullopt;
}

// kernel: __memblock_find_range_top_down(), mm/memblock.c, v6.12
std::optional<PhysAddr> FreeSearch::search_down(PhysRange limits) const {
  const Room room{request_.size, request_.align};
  std::uint64_t pos = raw(limits.end());
  while (const auto range = step_down(pos, room)) {
    const std::uint64_t hi = raw(range->end());
    if (hi < request_.size) break;
    const std::uint64_t at = align_down(hi - request_.size, request_.align);
    if (at >= raw(range->base())) return PhysAddr{at};
    pos = std::min(raw(range->base()), at + request_.size);  // blocks begin at `at` or below
  }
  return std::nullopt;
}

std::optional<PhysAddr> FreeSearch::first_fit_up() {
  NoRoom& no_room = remembered_.no_room;
  const auto found = search_up(no_room.left_up(request_));
  no_room.learn_up(request_, found);
  return found;
}

std::optional<PhysAddr> FreeSearch::first_fit_down() {
  NoRoom& no_room = remembered_.no_room;
  const auto found = search_down(no_room.left_down(request_));
  no_room.learn_down(request_, found);
  return found;
}

std::optional<PhysRange> FreeSearch::smallest_piece(std::uint64_t grain) {
  return remembered_.pieces.smallest(
      request_, grain, memory_, reserved_,
      [this](std::uint64_t after, std::uint64_t stop) { return step_up(after, stop, Room{}); });
}

}  // namespace memmap::memblock
