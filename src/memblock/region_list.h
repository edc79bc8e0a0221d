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

// What is looked for: room for `size` bytes that begin at a multiple of `align`, a power of two.
struct Room {
  std::uint64_t size = 1;
  std::uint64_t align = 1;
};

// Regions live in chunks of up to kChunk. Of each chunk, and of each kGroup chunks, the list knows
// what no region and no gap in it exceeds in size and alignment, so that a search passes over what
// cannot fit:
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

  // The highest gap with `room` that begins below `before`, and the lowest that ends above `after`,
  // whole. The space below the first region and above the last is a gap too, up to 2^64-1
  // (PHYS_ADDR_MAX).
  std::optional<PhysRange> gap_down(std::uint64_t before, Room room) const;
  std::optional<PhysRange> gap_up(std::uint64_t after, Room room) const;
  // The same for regions; end() if none.
  Pos region_down(std::uint64_t before, Room room) const;
  Pos region_up(std::uint64_t after, Room room) const;

 private:
  static constexpr std::size_t kChunk = 128;
  static constexpr std::size_t kGroup = 32;

  struct Chunk {
    std::size_t count = 0;
    std::array<Region, kChunk> regions;
  };
  // Of several ranges: the most that any has.
  struct Most {
    std::uint64_t size = 0;
    // A multiple of 2^k lies in one of them if this is 2^k or more: the bits in which its last byte
    // differs from the byte before it, of which the highest counts.
    std::uint64_t reach = 0;
    void raise(const Most& m);
    void raise(PhysRange range);
    bool may_have(Room room) const { return size >= room.size && reach >= room.align; }
  };
  // Upper bounds: of the regions, and of the gap after each, up to the next chunk's first.
  struct Bounds {
    Most region;
    Most gap;
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

  // The nearest position from `from` on whose item (its region, or the gap after it) has room.
  enum class Kind { region, gap };
  static const Most& most(const Bounds& b, Kind kind) {
    return kind == Kind::region ? b.region : b.gap;
  }
  static PhysRange item(const Chunk& c, std::size_t i, std::uint64_t next_base, Kind kind);
  std::optional<Pos> scan_down(Pos from, Room room, Kind kind) const;
  std::optional<Pos> scan_up(Pos from, Room room, Kind kind) const;

  std::vector<std::unique_ptr<Chunk>> chunks_;  // none is empty
  std::vector<std::uint64_t> last_end_;         // by chunk: where its last region ends
  mutable std::vector<Bounds> bounds_;          // by chunk
  mutable std::vector<Bounds> groups_;          // by chunk / kGroup
  std::size_t size_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace memmap::memblock
