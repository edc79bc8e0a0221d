// One sorted list of disjoint regions. The kernel keeps an array and walks it from its start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "memblock/region.h"

namespace memmap::memblock {

// What a search asks for: `size` bytes that begin at a multiple of `align`, a power of two.
struct Room {
  std::uint64_t size = 1;
  std::uint64_t align = 1;
};

// Regions live in chunks of up to kChunk, chunks in groups of kGroup. For each chunk and each group
// the list has upper bounds: how large, and how well aligned, its regions and the gaps behind them
// are at most. A search passes over chunks and groups in which nothing can fit:
//
//   groups   [ region, gap <=                          ] [ ...
//   chunks   [ region, gap <=  ][ region, gap <= ][ ...] [ ...
//   regions  |r||r|   |r| |r||r|     |r|r|r|  |r|
//
// A change only raises bounds, which is cheap. A search that a bound has misled makes it exact, so
// that a chunk misleads once. Finding a place takes logarithmic time, changing it moves at most one
// chunk. Lists that are filled in order keep their chunks full; at worst chunks are 7/16 full,
// which takes a little more than 55 bytes a region.
class RegionList {
 public:
  // Where a region stands. A change of the list invalidates all positions but the one it returns.
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
  std::uint64_t bytes() const { return bytes_; }  // of all regions together
  std::size_t memory_used() const;                // bytes of our own memory that the list takes
  Regions regions() const;                        // a copy, in order
  // Replaces all regions. `regions` must be sorted, disjoint and without empty ranges.
  void assign(const Regions& regions);
  void clear();

  Pos begin() const { return Pos{}; }
  Pos end() const { return Pos{chunks_.size(), 0}; }
  Pos last() const;       // the list must not be empty
  Pos next(Pos p) const;  // `p` must not be end()
  Pos prev(Pos p) const;  // `p` must not be begin()
  const Region& at(Pos p) const { return chunks_[p.chunk]->regions[p.index]; }

  // The first region that ends above `addr`; end() if none.
  Pos first_ending_above(std::uint64_t addr) const;

  // Inserts `region` before `p` and returns its position. It must overlap neither neighbour, and is
  // not joined with them.
  Pos insert(Pos p, const Region& region);
  // Erases the region at `p` and returns the position of the next.
  Pos erase(Pos p);
  // Erases [from, to).
  void erase(Pos from, Pos to);
  // Puts `region` in the place of the one at `p`. It must overlap neither neighbour. All positions
  // stay valid.
  void replace(Pos p, const Region& region);

  // The highest gap with `room` that begins below `before`, and the lowest that ends above `after`;
  // nullopt: there is none. Gaps are returned whole, not cut. The space below the first region and
  // that above the last, up to 2^64 - 1 (PHYS_ADDR_MAX), are gaps too.
  std::optional<PhysRange> gap_down(std::uint64_t before, Room room) const;
  std::optional<PhysRange> gap_up(std::uint64_t after, Room room) const;
  // The same for regions; end(): there is none.
  Pos region_down(std::uint64_t before, Room room) const;
  Pos region_up(std::uint64_t after, Room room) const;

  // What changed, for who keeps something that is made of the list. changes() counts the changes;
  // changes_since() gives where the regions lay and lie that changed since there were `then`.
  // nullopt: that is too long ago.
  std::uint64_t changes() const { return forgotten_ + changed_.size(); }
  std::optional<std::span<const PhysRange>> changes_since(std::uint64_t then) const;

 private:
  static constexpr std::size_t kChunk = 128;
  static constexpr std::size_t kGroup = 32;

  struct Chunk {
    std::size_t count = 0;
    std::array<Region, kChunk> regions;
  };
  // Upper bounds of several ranges.
  struct Most {
    std::uint64_t size = 0;  // bytes of the largest
    // If this is less than 2^k, no range holds a multiple of 2^k. A range [base, end) has the bits
    // in which base - 1 and end - 1 differ; of these the highest counts.
    std::uint64_t reach = 0;
    void raise(const Most& m);
    void raise(PhysRange range);
    bool may_have(Room room) const { return size >= room.size && reach >= room.align; }
  };
  // For the regions of a chunk or group, and for the gap behind each of them.
  struct Bounds {
    Most region;
    Most gap;
  };

  std::uint64_t first_base(std::size_t chunk) const;  // 2^64 - 1 past the last chunk
  PhysRange gap_at(Pos p) const;                      // behind the region
  void raise_at(Pos p);      // to call when the region at `p` has changed, or the one behind it
  void raise_before(Pos p);  // the same for the region before `p`, if there is one
  void raise(std::size_t chunk, const Bounds& b);
  void tighten(std::size_t chunk) const;  // makes the chunk's bounds exact, its group's follow
  void refresh_groups(std::size_t from_chunk);
  void refresh_group(std::size_t group) const;
  void add_chunk(std::size_t at);
  void drop_chunk(std::size_t at);
  void note(std::uint64_t base, std::uint64_t end);  // [base, end) changes
  Pos split(Pos p);
  void join_small(std::size_t chunk);

  // Each region stands with the gap behind it; a search looks at one kind of the two. scan_*()
  // return the nearest position, from `from` on, whose item of that kind has room.
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
  std::vector<PhysRange> changed_;  // the last ones
  std::uint64_t forgotten_ = 0;     // changes before those
};

}  // namespace memmap::memblock
