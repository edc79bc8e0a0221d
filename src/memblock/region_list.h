// One sorted list of disjoint regions: what the kernel keeps as an array and walks from its start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "memblock/region.h"

namespace memmap::memblock {

// Regions live in chunks of up to kChunk. Of each chunk, and of each kGroup chunks, the list knows
// what no region and no gap in it exceeds, so that a search passes over what cannot fit:
//
//   groups   [ region, gap <=                          ] [ ...
//   chunks   [ region, gap <=  ][ region, gap <= ][ ...] [ ...
//   regions  |r||r|   |r| |r||r|     |r|r|r|  |r|
//
// These bounds are raised with each change and made exact only by a search that they misled:
// changes stay cheap, and a chunk misleads once. Finding a place takes logarithmic time, changing
// it moves at most one chunk. Lists filled in order keep their chunks full; the worst case is 7/16
// full: 55 bytes a region and a little.
class RegionList {
 public:
  // Where a region is. Any change to the list invalidates positions other than the one returned.
  struct Pos {
    std::size_t chunk = 0;
    std::size_t index = 0;
    friend bool operator==(const Pos&, const Pos&) = default;
  };

  RegionList() = default;
  RegionList(const RegionList& other) { *this = other; }
  RegionList& operator=(const RegionList& other);
  RegionList(RegionList&&) noexcept = default;
  RegionList& operator=(RegionList&&) noexcept = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint64_t bytes() const { return bytes_; }  // of all regions
  std::size_t memory_used() const;                // bytes that this list takes
  Regions regions() const;                        // a copy, in order
  // Replaces all; `regions` must be sorted, disjoint and without empty ranges.
  void assign(const Regions& regions);
  void clear();

  Pos begin() const { return Pos{}; }
  Pos end() const { return Pos{chunks_.size(), 0}; }
  Pos last() const;  // of a list that is not empty
  Pos next(Pos p) const;
  Pos prev(Pos p) const;  // `p` is not begin()
  const Region& at(Pos p) const { return chunks_[p.chunk]->regions[p.index]; }

  // The first region that ends above `addr`; end() if none.
  Pos first_ending_above(std::uint64_t addr) const;

  // `region` fits, unjoined, between prev(p) and p.
  Pos insert(Pos p, const Region& region);
  Pos erase(Pos p);              // the position after it
  void erase(Pos from, Pos to);  // [from, to)
  void replace(Pos p,
               const Region& region);  // lies between p's neighbours; all positions stay valid

  // The highest gap of at least `size` bytes that begins below `before`, and the lowest that ends
  // above `after`, whole. The space below the first region and above the last is a gap too, up to
  // 2^64-1 (PHYS_ADDR_MAX); gaps between touching regions are of size 0.
  std::optional<PhysRange> gap_down(std::uint64_t before, std::uint64_t size) const;
  std::optional<PhysRange> gap_up(std::uint64_t after, std::uint64_t size) const;
  // The same for regions of at least `size` bytes; end() if none.
  Pos region_down(std::uint64_t before, std::uint64_t size) const;
  Pos region_up(std::uint64_t after, std::uint64_t size) const;

 private:
  static constexpr std::size_t kChunk = 128;
  static constexpr std::size_t kGroup = 32;

  struct Chunk {
    std::size_t count = 0;
    std::array<Region, kChunk> regions;
  };
  // Upper bounds.
  struct Bounds {
    std::uint64_t region = 0;  // size of the largest region
    std::uint64_t gap = 0;  // size of the largest gap after a region, up to the next chunk's first
    void raise(const Bounds& b);
  };

  std::uint64_t first_base(std::size_t chunk) const;  // 2^64-1 past the last chunk
  PhysRange gap_at(Pos p) const;                      // after the region
  void raise_at(Pos p);      // after a change of the region at `p`, or of the one after it
  void raise_before(Pos p);  // the same for the region before `p`, if there is one
  void raise(std::size_t chunk, const Bounds& b);
  void tighten(std::size_t chunk) const;  // makes the chunk's bounds exact, and its group's follow
  void refresh_groups(std::size_t from_chunk);
  void refresh_group(std::size_t group) const;
  void add_chunk(std::size_t at);
  void drop_chunk(std::size_t at);
  Pos split(Pos p);
  void join_small(std::size_t chunk);

  // The nearest position from `from` on whose item (its region, or the gap after it) is of at least
  // `size` bytes.
  enum class Kind { region, gap };
  static std::uint64_t bound(const Bounds& b, Kind kind);
  // Sizes of the items of a chunk, [from, to) of it; the gap of its last region included.
  std::optional<std::size_t> find_low(std::size_t chunk, std::size_t from, std::uint64_t size,
                                      Kind kind) const;
  std::optional<std::size_t> find_high(std::size_t chunk, std::size_t to, std::uint64_t size,
                                       Kind kind) const;
  std::optional<Pos> scan_down(Pos from, std::uint64_t size, Kind kind) const;
  std::optional<Pos> scan_up(Pos from, std::uint64_t size, Kind kind) const;

  std::vector<std::unique_ptr<Chunk>> chunks_;  // none is empty
  std::vector<std::uint64_t> last_end_;         // by chunk: where its last region ends
  mutable std::vector<Bounds> bounds_;          // by chunk
  mutable std::vector<Bounds> groups_;          // by chunk / kGroup
  std::size_t size_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace memmap::memblock
