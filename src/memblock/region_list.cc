#include "memblock/region_list.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::uint64_t base_of(const Region& r) { return raw(r.range.base()); }
std::uint64_t end_of(const Region& r) { return raw(r.range.end()); }

}  // namespace

RegionList& RegionList::operator=(const RegionList& other) {
  if (this != &other) assign(other.regions());
  return *this;
}

std::size_t RegionList::memory_used() const {
  return sizeof(*this) + chunks_.size() * sizeof(Chunk) + chunks_.capacity() * sizeof(chunks_[0]) +
         last_end_.capacity() * sizeof(last_end_[0]) +
         (bounds_.capacity() + groups_.capacity()) * sizeof(Bounds);
}

Regions RegionList::regions() const {
  Regions out;
  out.reserve(size_);
  for (const auto& c : chunks_) {
    out.insert(out.end(), c->regions.begin(),
               c->regions.begin() + static_cast<std::ptrdiff_t>(c->count));
  }
  return out;
}

void RegionList::clear() {
  note(0, kMax);
  chunks_.clear();
  last_end_.clear();
  bounds_.clear();
  groups_.clear();
  size_ = 0;
  bytes_ = 0;
}

void RegionList::note(std::uint64_t base, std::uint64_t end) {
  constexpr std::size_t kKept = 256;
  if (changed_.size() == kKept) {
    forgotten_ += kKept;
    changed_.clear();
  }
  changed_.push_back(PhysRange::make(base, end));
}

std::optional<std::span<const PhysRange>> RegionList::changes_since(std::uint64_t then) const {
  if (then < forgotten_ || then > changes()) return std::nullopt;
  return std::span(changed_).subspan(then - forgotten_);
}

void RegionList::assign(const Regions& regions) {
  clear();
  for (std::size_t i = 0; i < regions.size(); i += kChunk) {
    auto chunk = std::make_unique<Chunk>();
    chunk->count = std::min(kChunk, regions.size() - i);
    for (std::size_t k = 0; k < chunk->count; ++k) {
      chunk->regions[k] = regions[i + k];
      bytes_ += regions[i + k].range.size();
    }
    size_ += chunk->count;
    last_end_.push_back(end_of(chunk->regions[chunk->count - 1]));
    chunks_.push_back(std::move(chunk));
  }
  bounds_.resize(chunks_.size());
  refresh_groups(0);
  for (std::size_t c = 0; c < chunks_.size(); ++c) tighten(c);
}

RegionList::Pos RegionList::last() const {
  return Pos{chunks_.size() - 1, chunks_.back()->count - 1};
}

RegionList::Pos RegionList::next(Pos p) const {
  return p.index + 1 < chunks_[p.chunk]->count ? Pos{p.chunk, p.index + 1} : Pos{p.chunk + 1, 0};
}

RegionList::Pos RegionList::prev(Pos p) const {
  return p.index > 0 ? Pos{p.chunk, p.index - 1}
                     : Pos{p.chunk - 1, chunks_[p.chunk - 1]->count - 1};
}

RegionList::Pos RegionList::first_ending_above(std::uint64_t addr) const {
  const auto at = std::upper_bound(last_end_.begin(), last_end_.end(), addr);
  if (at == last_end_.end()) return end();
  const auto c = static_cast<std::size_t>(at - last_end_.begin());
  const auto first = chunks_[c]->regions.begin();
  const auto stop = first + static_cast<std::ptrdiff_t>(chunks_[c]->count);
  const auto found =
      std::partition_point(first, stop, [addr](const Region& r) { return end_of(r) <= addr; });
  return Pos{c, static_cast<std::size_t>(found - first)};
}

RegionList::Pos RegionList::insert(Pos p, const Region& region) {
  note(base_of(region), end_of(region));
  if (chunks_.empty()) {
    add_chunk(0);  // `p` was its only position
  } else if (p.chunk == chunks_.size()) {
    p = Pos{p.chunk - 1, chunks_.back()->count};  // after the last
  } else if (p.index == 0 && p.chunk > 0 && chunks_[p.chunk - 1]->count < kChunk) {
    p = Pos{p.chunk - 1, chunks_[p.chunk - 1]->count};  // fill up the chunk before
  }
  if (chunks_[p.chunk]->count == kChunk) p = split(p);
  Chunk& c = *chunks_[p.chunk];
  const auto at = c.regions.begin() + static_cast<std::ptrdiff_t>(p.index);
  const auto stop = c.regions.begin() + static_cast<std::ptrdiff_t>(c.count);
  std::move_backward(at, stop, stop + 1);
  *at = region;
  ++c.count;
  ++size_;
  bytes_ += region.range.size();
  if (p.index + 1 == c.count) last_end_[p.chunk] = end_of(region);
  raise_at(p);  // the gap before it only shrank
  return p;
}

RegionList::Pos RegionList::erase(Pos p) {
  Chunk& c = *chunks_[p.chunk];
  const auto at = c.regions.begin() + static_cast<std::ptrdiff_t>(p.index);
  note(base_of(*at), end_of(*at));
  bytes_ -= at->range.size();
  --size_;
  std::move(at + 1, c.regions.begin() + static_cast<std::ptrdiff_t>(c.count), at);
  if (--c.count == 0) {
    drop_chunk(p.chunk);
    raise_before(p);
    return p;
  }
  last_end_[p.chunk] = end_of(c.regions[c.count - 1]);
  raise_before(p);
  const Pos after = p.index < c.count ? p : Pos{p.chunk + 1, 0};
  if (c.count >= kChunk / 2) return after;
  const std::uint64_t addr = after == end() ? kMax : base_of(this->at(after));
  join_small(p.chunk);
  return addr == kMax ? end() : first_ending_above(addr);
}

void RegionList::erase(Pos from, Pos to) {
  if (from == to) return;
  note(base_of(at(from)), end_of(at(prev(to))));
  // From the back, chunk by chunk, so that `from` stays where it is.
  while (from != to) {
    if (to.index == 0) to = Pos{to.chunk - 1, chunks_[to.chunk - 1]->count};
    Chunk& c = *chunks_[to.chunk];
    const std::size_t first = to.chunk == from.chunk ? from.index : 0;
    for (std::size_t i = first; i < to.index; ++i) bytes_ -= c.regions[i].range.size();
    std::move(c.regions.begin() + static_cast<std::ptrdiff_t>(to.index),
              c.regions.begin() + static_cast<std::ptrdiff_t>(c.count),
              c.regions.begin() + static_cast<std::ptrdiff_t>(first));
    c.count -= to.index - first;
    size_ -= to.index - first;
    to.index = first;
    if (c.count == 0) {
      drop_chunk(to.chunk);
    } else {
      last_end_[to.chunk] = end_of(c.regions[c.count - 1]);
    }
  }
  raise_before(from);
  if (from.chunk + 1 < chunks_.size()) join_small(from.chunk + 1);
  if (from.chunk < chunks_.size()) join_small(from.chunk);
}

void RegionList::replace(Pos p, const Region& region) {
  Chunk& c = *chunks_[p.chunk];
  Region& r = c.regions[p.index];
  const bool moved = r.range != region.range;
  note(std::min(base_of(r), base_of(region)), std::max(end_of(r), end_of(region)));
  bytes_ += region.range.size() - r.range.size();
  r = region;
  if (!moved) return;
  if (p.index + 1 == c.count) last_end_[p.chunk] = end_of(region);
  raise_at(p);
  raise_before(p);
}

void RegionList::add_chunk(std::size_t at) {
  const auto offset = static_cast<std::ptrdiff_t>(at);
  chunks_.insert(chunks_.begin() + offset, std::make_unique<Chunk>());
  last_end_.insert(last_end_.begin() + offset, 0);
  bounds_.insert(bounds_.begin() + offset, Bounds{});
  refresh_groups(at);
}

void RegionList::drop_chunk(std::size_t at) {
  const auto offset = static_cast<std::ptrdiff_t>(at);
  chunks_.erase(chunks_.begin() + offset);
  last_end_.erase(last_end_.begin() + offset);
  bounds_.erase(bounds_.begin() + offset);
  refresh_groups(at);
}

// Makes room at `p` of a full chunk, and returns where that position is then. At an end of the
// chunk a new one is opened, so that lists that grow at one end keep their chunks full. Elsewhere
// the upper half moves to a new chunk.
RegionList::Pos RegionList::split(Pos p) {
  if (p.index == 0 || p.index == kChunk) {
    const Pos fresh{p.index == 0 ? p.chunk : p.chunk + 1, 0};
    add_chunk(fresh.chunk);
    return fresh;
  }
  add_chunk(p.chunk + 1);
  Chunk& low = *chunks_[p.chunk];
  Chunk& high = *chunks_[p.chunk + 1];
  constexpr std::size_t kHalf = kChunk / 2;
  std::copy(low.regions.begin() + kHalf, low.regions.end(), high.regions.begin());
  high.count = kChunk - kHalf;
  low.count = kHalf;
  last_end_[p.chunk + 1] = last_end_[p.chunk];
  last_end_[p.chunk] = end_of(low.regions[kHalf - 1]);
  raise(p.chunk + 1, bounds_[p.chunk]);
  return p.index <= kHalf ? p : Pos{p.chunk + 1, p.index - kHalf};
}

// Joins a chunk with a neighbour if both fit in 7/8 of one: the rest is room before the next split.
void RegionList::join_small(std::size_t chunk) {
  constexpr std::size_t kJoined = kChunk * 7 / 8;
  const auto fits = [&](std::size_t c) {
    return c + 1 < chunks_.size() && chunks_[c]->count + chunks_[c + 1]->count <= kJoined;
  };
  std::size_t low = chunk;
  if (!fits(low)) {
    if (chunk == 0 || !fits(chunk - 1)) return;
    low = chunk - 1;
  }
  Chunk& into = *chunks_[low];
  const Chunk& from = *chunks_[low + 1];
  std::copy_n(from.regions.begin(), from.count,
              into.regions.begin() + static_cast<std::ptrdiff_t>(into.count));
  into.count += from.count;
  last_end_[low] = last_end_[low + 1];
  raise(low, bounds_[low + 1]);
  drop_chunk(low + 1);
}

}  // namespace memmap::memblock
