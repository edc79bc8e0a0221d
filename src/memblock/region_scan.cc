// RegionList's searches for regions and gaps of a size.
#include <algorithm>
#include <limits>

#include "memblock/region_list.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

}  // namespace

PhysRange RegionList::gap_at(Pos p) const {
  const Pos n = next(p);
  const std::uint64_t from = raw(at(p).range.end());
  return PhysRange::make(from, n == end() ? kMax : raw(at(n).range.base()));
}

std::uint64_t RegionList::item(Pos p, Kind kind) const {
  return kind == Kind::region ? at(p).range.size() : gap_at(p).size();
}

std::optional<RegionList::Pos> RegionList::scan_down(Pos from, std::uint64_t size,
                                                     Kind kind) const {
  const auto most = [kind](const Summary& s) { return kind == Kind::region ? s.region : s.gap; };
  std::size_t index = from.index + 1;
  for (std::size_t c = from.chunk;;) {
    if (most(summary_[c]) >= size) {
      while (index-- > 0) {
        if (item(Pos{c, index}, kind) >= size) return Pos{c, index};
      }
    }
    if (c == 0) return std::nullopt;
    --c;
    while (c % kGroup == kGroup - 1 && most(groups_[c / kGroup]) < size) {
      if (c < kGroup) return std::nullopt;
      c -= kGroup;
    }
    index = chunks_[c]->count;
  }
}

std::optional<RegionList::Pos> RegionList::scan_up(Pos from, std::uint64_t size, Kind kind) const {
  const auto most = [kind](const Summary& s) { return kind == Kind::region ? s.region : s.gap; };
  std::size_t index = from.index;
  for (std::size_t c = from.chunk; c < chunks_.size(); index = 0) {
    if (most(summary_[c]) >= size) {
      for (; index < chunks_[c]->count; ++index) {
        if (item(Pos{c, index}, kind) >= size) return Pos{c, index};
      }
    }
    ++c;
    while (c % kGroup == 0 && c < chunks_.size() && most(groups_[c / kGroup]) < size) c += kGroup;
  }
  return std::nullopt;
}

std::optional<PhysRange> RegionList::gap_down(std::uint64_t before, std::uint64_t size) const {
  const PhysRange below = PhysRange::make(0, first_base(0));
  // The gap after a region begins where the region ends: the regions that end below `before`.
  const Pos stop = before == 0 ? begin() : first_ending_above(before - 1);
  if (stop != begin()) {
    if (const auto p = scan_down(prev(stop), size, Kind::gap)) return gap_at(*p);
  }
  if (before == 0 || below.size() < size) return std::nullopt;
  return below;
}

std::optional<PhysRange> RegionList::gap_up(std::uint64_t after, std::uint64_t size) const {
  const PhysRange below = PhysRange::make(0, first_base(0));
  if (raw(below.end()) > after && below.size() >= size) return below;
  if (empty()) return std::nullopt;
  // The gap after a region ends where the next begins: from the last region on that begins at or
  // below `after`.
  Pos from = first_ending_above(after);
  if (from == end() || (raw(at(from).range.base()) > after && from != begin())) from = prev(from);
  const auto p = scan_up(from, size, Kind::gap);
  if (!p || raw(gap_at(*p).end()) <= after) return std::nullopt;
  return gap_at(*p);
}

RegionList::Pos RegionList::region_down(std::uint64_t before, std::uint64_t size) const {
  if (empty() || before == 0) return end();
  Pos from = first_ending_above(before - 1);
  // That one begins below `before` only if it contains before - 1.
  if (from == end() || raw(at(from).range.base()) >= before) {
    if (from == begin()) return end();
    from = prev(from);
  }
  return scan_down(from, size, Kind::region).value_or(end());
}

RegionList::Pos RegionList::region_up(std::uint64_t after, std::uint64_t size) const {
  const Pos from = first_ending_above(after);
  if (from == end()) return end();
  return scan_up(from, size, Kind::region).value_or(end());
}

}  // namespace memmap::memblock
