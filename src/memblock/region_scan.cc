// RegionList's bounds, and its searches for regions and gaps of a size.
#include <algorithm>
#include <limits>

#include "memblock/region_list.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::uint64_t base_of(const Region& r) { return raw(r.range.base()); }
std::uint64_t end_of(const Region& r) { return raw(r.range.end()); }

}  // namespace

void RegionList::Bounds::raise(const Bounds& b) {
  region = std::max(region, b.region);
  gap = std::max(gap, b.gap);
}

std::uint64_t RegionList::bound(const Bounds& b, Kind kind) {
  return kind == Kind::region ? b.region : b.gap;
}

std::uint64_t RegionList::first_base(std::size_t chunk) const {
  return chunk < chunks_.size() ? base_of(chunks_[chunk]->regions[0]) : kMax;
}

PhysRange RegionList::gap_at(Pos p) const {
  const Pos n = next(p);
  return PhysRange::make(end_of(at(p)), n == end() ? kMax : base_of(at(n)));
}

void RegionList::raise(std::size_t chunk, const Bounds& b) {
  bounds_[chunk].raise(b);
  groups_[chunk / kGroup].raise(b);
}

void RegionList::raise_at(Pos p) { raise(p.chunk, Bounds{at(p).range.size(), gap_at(p).size()}); }

void RegionList::raise_before(Pos p) {
  if (p != begin()) raise_at(prev(p));
}

void RegionList::tighten(std::size_t chunk) const {
  const Chunk& c = *chunks_[chunk];
  Bounds b;
  for (std::size_t i = 0; i + 1 < c.count; ++i) {
    b.region = std::max(b.region, c.regions[i].range.size());
    b.gap = std::max(b.gap, base_of(c.regions[i + 1]) - end_of(c.regions[i]));
  }
  b.region = std::max(b.region, c.regions[c.count - 1].range.size());
  b.gap = std::max(b.gap, first_base(chunk + 1) - last_end_[chunk]);
  bounds_[chunk] = b;
  refresh_group(chunk / kGroup);
}

void RegionList::refresh_group(std::size_t group) const {
  Bounds b;
  const std::size_t stop = std::min(bounds_.size(), (group + 1) * kGroup);
  for (std::size_t c = group * kGroup; c < stop; ++c) b.raise(bounds_[c]);
  groups_[group] = b;
}

void RegionList::refresh_groups(std::size_t from_chunk) {
  groups_.resize((chunks_.size() + kGroup - 1) / kGroup);
  for (std::size_t g = from_chunk / kGroup; g < groups_.size(); ++g) refresh_group(g);
}

std::optional<std::size_t> RegionList::find_high(std::size_t chunk, std::size_t to,
                                                 std::uint64_t size, Kind kind) const {
  const Chunk& c = *chunks_[chunk];
  if (kind == Kind::gap && to == c.count) {
    if (first_base(chunk + 1) - last_end_[chunk] >= size) return to - 1;
    --to;
  }
  while (to-- > 0) {
    const Region& r = c.regions[to];
    const std::uint64_t item =
        kind == Kind::region ? r.range.size() : base_of(c.regions[to + 1]) - end_of(r);
    if (item >= size) return to;
  }
  return std::nullopt;
}

std::optional<std::size_t> RegionList::find_low(std::size_t chunk, std::size_t from,
                                                std::uint64_t size, Kind kind) const {
  const Chunk& c = *chunks_[chunk];
  for (std::size_t i = from; i + 1 < c.count; ++i) {
    const Region& r = c.regions[i];
    const std::uint64_t item =
        kind == Kind::region ? r.range.size() : base_of(c.regions[i + 1]) - end_of(r);
    if (item >= size) return i;
  }
  const std::uint64_t item = kind == Kind::region ? c.regions[c.count - 1].range.size()
                                                  : first_base(chunk + 1) - last_end_[chunk];
  if (item >= size) return c.count - 1;
  return std::nullopt;
}

std::optional<RegionList::Pos> RegionList::scan_down(Pos from, std::uint64_t size,
                                                     Kind kind) const {
  std::size_t to = from.index + 1;
  for (std::size_t c = from.chunk;;) {
    if (bound(bounds_[c], kind) >= size) {
      if (const auto i = find_high(c, to, size, kind)) return Pos{c, *i};
      if (to == chunks_[c]->count) tighten(c);
    }
    if (c == 0) return std::nullopt;
    --c;
    while (c % kGroup == kGroup - 1 && bound(groups_[c / kGroup], kind) < size) {
      if (c < kGroup) return std::nullopt;
      c -= kGroup;
    }
    to = chunks_[c]->count;
  }
}

std::optional<RegionList::Pos> RegionList::scan_up(Pos from, std::uint64_t size, Kind kind) const {
  std::size_t start = from.index;
  for (std::size_t c = from.chunk; c < chunks_.size(); start = 0) {
    if (bound(bounds_[c], kind) >= size) {
      if (const auto i = find_low(c, start, size, kind)) return Pos{c, *i};
      if (start == 0) tighten(c);
    }
    ++c;
    while (c % kGroup == 0 && c < chunks_.size() && bound(groups_[c / kGroup], kind) < size) {
      c += kGroup;
    }
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
  if (from == end() || (base_of(at(from)) > after && from != begin())) from = prev(from);
  const auto p = scan_up(from, size, Kind::gap);
  if (!p || raw(gap_at(*p).end()) <= after) return std::nullopt;
  return gap_at(*p);
}

RegionList::Pos RegionList::region_down(std::uint64_t before, std::uint64_t size) const {
  if (empty() || before == 0) return end();
  Pos from = first_ending_above(before - 1);
  // That one begins below `before` only if it contains before - 1.
  if (from == end() || base_of(at(from)) >= before) {
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
