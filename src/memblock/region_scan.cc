// RegionList's bounds, and its searches for regions and gaps of a size.
#include <algorithm>
#include <limits>

#include "base/align.h"
#include "memblock/region_list.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::uint64_t base_of(const Region& r) { return raw(r.range.base()); }
std::uint64_t end_of(const Region& r) { return raw(r.range.end()); }

bool has_room(PhysRange range, Room room) {
  if (range.size() < room.size) return false;
  const std::uint64_t first = align_up(raw(range.base()), room.align);
  return first >= raw(range.base()) && first <= raw(range.end()) - room.size;
}

}  // namespace

void RegionList::Most::raise(const Most& m) {
  size = std::max(size, m.size);
  reach = std::max(reach, m.reach);
}

void RegionList::Most::raise(PhysRange range) {
  const std::uint64_t base = raw(range.base());
  // 0 is a multiple of everything.
  const std::uint64_t bits = base == 0 ? kMax : (base - 1) ^ (raw(range.end()) - 1);
  size = std::max(size, range.size());
  reach = std::max(reach, bits);
}

std::uint64_t RegionList::first_base(std::size_t chunk) const {
  return chunk < chunks_.size() ? base_of(chunks_[chunk]->regions[0]) : kMax;
}

PhysRange RegionList::gap_at(Pos p) const {
  const Pos n = next(p);
  return PhysRange::make(end_of(at(p)), n == end() ? kMax : base_of(at(n)));
}

void RegionList::raise(std::size_t chunk, const Bounds& b) {
  for (Bounds* const into : {&bounds_[chunk], &groups_[chunk / kGroup]}) {
    into->region.raise(b.region);
    into->gap.raise(b.gap);
  }
}

void RegionList::raise_at(Pos p) {
  Bounds b;
  b.region.raise(at(p).range);
  b.gap.raise(gap_at(p));
  raise(p.chunk, b);
}

void RegionList::raise_before(Pos p) {
  if (p != begin()) raise_at(prev(p));
}

void RegionList::tighten(std::size_t chunk) const {
  const Chunk& c = *chunks_[chunk];
  Bounds b;
  for (std::size_t i = 0; i < c.count; ++i) {
    b.region.raise(c.regions[i].range);
    const std::uint64_t stop = i + 1 < c.count ? base_of(c.regions[i + 1]) : first_base(chunk + 1);
    b.gap.raise(PhysRange::make(end_of(c.regions[i]), stop));
  }
  bounds_[chunk] = b;
  refresh_group(chunk / kGroup);
}

void RegionList::refresh_group(std::size_t group) const {
  Bounds b;
  const std::size_t stop = std::min(bounds_.size(), (group + 1) * kGroup);
  for (std::size_t c = group * kGroup; c < stop; ++c) {
    b.region.raise(bounds_[c].region);
    b.gap.raise(bounds_[c].gap);
  }
  groups_[group] = b;
}

void RegionList::refresh_groups(std::size_t from_chunk) {
  groups_.resize((chunks_.size() + kGroup - 1) / kGroup);
  for (std::size_t g = from_chunk / kGroup; g < groups_.size(); ++g) refresh_group(g);
}

PhysRange RegionList::item(const Chunk& c, std::size_t i, std::uint64_t next_base, Kind kind) {
  if (kind == Kind::region) return c.regions[i].range;
  return PhysRange::make(end_of(c.regions[i]),
                         i + 1 < c.count ? base_of(c.regions[i + 1]) : next_base);
}

std::optional<RegionList::Pos> RegionList::scan_down(Pos from, Room room, Kind kind) const {
  std::size_t to = from.index + 1;
  for (std::size_t c = from.chunk;;) {
    if (most(bounds_[c], kind).may_have(room)) {
      const Chunk& chunk = *chunks_[c];
      const std::uint64_t next_base = first_base(c + 1);
      const bool whole = to == chunk.count;
      while (to-- > 0) {
        if (has_room(item(chunk, to, next_base, kind), room)) return Pos{c, to};
      }
      if (whole) tighten(c);
    }
    if (c == 0) return std::nullopt;
    --c;
    while (c % kGroup == kGroup - 1 && !most(groups_[c / kGroup], kind).may_have(room)) {
      if (c < kGroup) return std::nullopt;
      c -= kGroup;
    }
    to = chunks_[c]->count;
  }
}

std::optional<RegionList::Pos> RegionList::scan_up(Pos from, Room room, Kind kind) const {
  std::size_t start = from.index;
  for (std::size_t c = from.chunk; c < chunks_.size(); start = 0) {
    if (most(bounds_[c], kind).may_have(room)) {
      const Chunk& chunk = *chunks_[c];
      const std::uint64_t next_base = first_base(c + 1);
      for (std::size_t i = start; i < chunk.count; ++i) {
        if (has_room(item(chunk, i, next_base, kind), room)) return Pos{c, i};
      }
      if (start == 0) tighten(c);
    }
    ++c;
    while (c % kGroup == 0 && c < chunks_.size() &&
           !most(groups_[c / kGroup], kind).may_have(room)) {
      c += kGroup;
    }
  }
  return std::nullopt;
}

std::optional<PhysRange> RegionList::gap_down(std::uint64_t before, Room room) const {
  const PhysRange below = PhysRange::make(0, first_base(0));
  // A gap begins where the region before it ends: those of the regions that end below `before`.
  const Pos stop = before == 0 ? begin() : first_ending_above(before - 1);
  if (stop != begin()) {
    if (const auto p = scan_down(prev(stop), room, Kind::gap)) return gap_at(*p);
  }
  if (before == 0 || !has_room(below, room)) return std::nullopt;
  return below;
}

std::optional<PhysRange> RegionList::gap_up(std::uint64_t after, Room room) const {
  const PhysRange below = PhysRange::make(0, first_base(0));
  if (raw(below.end()) > after && has_room(below, room)) return below;
  if (empty()) return std::nullopt;
  // A gap ends where the region behind it begins: look from the last region that begins at or below
  // `after`.
  Pos from = first_ending_above(after);
  if (from == end() || (base_of(at(from)) > after && from != begin())) from = prev(from);
  const auto p = scan_up(from, room, Kind::gap);
  if (!p || raw(gap_at(*p).end()) <= after) return std::nullopt;
  return gap_at(*p);
}

RegionList::Pos RegionList::region_down(std::uint64_t before, Room room) const {
  if (empty() || before == 0) return end();
  Pos from = first_ending_above(before - 1);
  // That one begins below `before` only if it contains before - 1.
  if (from == end() || base_of(at(from)) >= before) {
    if (from == begin()) return end();
    from = prev(from);
  }
  return scan_down(from, room, Kind::region).value_or(end());
}

RegionList::Pos RegionList::region_up(std::uint64_t after, Room room) const {
  const Pos from = first_ending_above(after);
  if (from == end()) return end();
  return scan_up(from, room, Kind::region).value_or(end());
}

}  // namespace memmap::memblock
