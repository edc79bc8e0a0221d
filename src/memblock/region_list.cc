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
         (summary_.capacity() + groups_.capacity()) * sizeof(Summary);
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

void RegionList::clear() { *this = RegionList(); }

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
    chunks_.push_back(std::move(chunk));
  }
  last_end_.resize(chunks_.size());
  summary_.resize(chunks_.size());
  refresh_groups(0);
  for (std::size_t c = chunks_.size(); c-- > 0;) refresh(c);
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
  if (chunks_.empty()) {
    add_chunk(0);
    p = Pos{0, 0};
  } else if (p.chunk == chunks_.size()) {
    p = Pos{p.chunk - 1, chunks_.back()->count};  // after the last
  } else if (p.index == 0 && p.chunk > 0 && chunks_[p.chunk - 1]->count < kChunk) {
    p = Pos{p.chunk - 1, chunks_[p.chunk - 1]->count};  // fill up the chunk before
  }
  if (chunks_[p.chunk]->count == kChunk) p = split(p);
  Chunk& c = *chunks_[p.chunk];
  const auto at = c.regions.begin() + static_cast<std::ptrdiff_t>(p.index);
  std::move_backward(at, c.regions.begin() + static_cast<std::ptrdiff_t>(c.count),
                     c.regions.begin() + static_cast<std::ptrdiff_t>(c.count) + 1);
  *at = region;
  ++c.count;
  ++size_;
  bytes_ += region.range.size();
  refresh(p.chunk);
  if (p.index == 0 && p.chunk > 0) refresh_trailing(p.chunk - 1);
  return p;
}

RegionList::Pos RegionList::erase(Pos p) {
  Chunk& c = *chunks_[p.chunk];
  bytes_ -= c.regions[p.index].range.size();
  --size_;
  std::move(c.regions.begin() + static_cast<std::ptrdiff_t>(p.index) + 1,
            c.regions.begin() + static_cast<std::ptrdiff_t>(c.count),
            c.regions.begin() + static_cast<std::ptrdiff_t>(p.index));
  if (--c.count == 0) {
    drop_chunk(p.chunk);
    return p;
  }
  refresh(p.chunk);
  if (p.index == 0 && p.chunk > 0) refresh_trailing(p.chunk - 1);
  if (c.count >= kChunk / 2) return p.index < c.count ? p : Pos{p.chunk + 1, 0};
  const std::uint64_t after =
      p.index < c.count ? base_of(c.regions[p.index]) : first_base(p.chunk + 1);
  join_small(p.chunk);
  return after == kMax ? end() : first_ending_above(after);
}

void RegionList::erase(Pos from, Pos to) {
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
      refresh(to.chunk);
      if (to.chunk > 0) refresh_trailing(to.chunk - 1);
    }
  }
  if (from.chunk + 1 < chunks_.size()) join_small(from.chunk + 1);
  if (from.chunk < chunks_.size()) join_small(from.chunk);
}

void RegionList::replace(Pos p, const Region& region) {
  Region& r = chunks_[p.chunk]->regions[p.index];
  const bool moved = r.range != region.range;
  bytes_ += region.range.size() - r.range.size();
  r = region;
  if (!moved) return;
  refresh(p.chunk);
  if (p.index == 0 && p.chunk > 0) refresh_trailing(p.chunk - 1);
}

std::uint64_t RegionList::first_base(std::size_t chunk) const {
  return chunk < chunks_.size() ? base_of(chunks_[chunk]->regions[0]) : kMax;
}

void RegionList::refresh(std::size_t chunk) {
  const Chunk& c = *chunks_[chunk];
  Summary s;
  std::uint64_t end = end_of(c.regions[0]);
  s.region = c.regions[0].range.size();
  for (std::size_t i = 1; i < c.count; ++i) {
    const Region& r = c.regions[i];
    s.inner_gap = std::max(s.inner_gap, base_of(r) - end);
    s.region = std::max(s.region, r.range.size());
    end = end_of(r);
  }
  last_end_[chunk] = end;
  summary_[chunk] = s;
  refresh_trailing(chunk);
}

void RegionList::refresh_trailing(std::size_t chunk) {
  Summary& s = summary_[chunk];
  s.gap = std::max(s.inner_gap, first_base(chunk + 1) - last_end_[chunk]);
  refresh_group(chunk / kGroup);
}

void RegionList::refresh_group(std::size_t group) {
  Summary s;
  const std::size_t stop = std::min(summary_.size(), (group + 1) * kGroup);
  for (std::size_t c = group * kGroup; c < stop; ++c) {
    s.gap = std::max(s.gap, summary_[c].gap);
    s.region = std::max(s.region, summary_[c].region);
  }
  groups_[group] = s;
}

void RegionList::refresh_groups(std::size_t from_chunk) {
  groups_.resize((chunks_.size() + kGroup - 1) / kGroup);
  for (std::size_t g = from_chunk / kGroup; g < groups_.size(); ++g) refresh_group(g);
}

void RegionList::add_chunk(std::size_t at) {
  const auto offset = static_cast<std::ptrdiff_t>(at);
  chunks_.insert(chunks_.begin() + offset, std::make_unique<Chunk>());
  last_end_.insert(last_end_.begin() + offset, 0);
  summary_.insert(summary_.begin() + offset, Summary{});
  refresh_groups(at);
}

void RegionList::drop_chunk(std::size_t at) {
  const auto offset = static_cast<std::ptrdiff_t>(at);
  chunks_.erase(chunks_.begin() + offset);
  last_end_.erase(last_end_.begin() + offset);
  summary_.erase(summary_.begin() + offset);
  refresh_groups(at);
  if (at > 0) refresh_trailing(at - 1);
}

// Makes room at `p` of a full chunk. Lists that grow at one end keep their chunks full: there a new
// chunk is opened; elsewhere the upper half moves out.
RegionList::Pos RegionList::split(Pos p) {
  const bool at_end = p.index == kChunk;
  const bool at_front = p.index == 0;
  if (at_front || at_end) {
    const Pos fresh{at_end ? p.chunk + 1 : p.chunk, 0};
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
  refresh(p.chunk + 1);
  refresh(p.chunk);
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
  drop_chunk(low + 1);
  refresh(low);
}

}  // namespace memmap::memblock
