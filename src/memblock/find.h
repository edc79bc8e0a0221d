// Searches of free memory: what is in memory and not in reserved, by node and flags.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/behaviour.h"
#include "memblock/no_room.h"
#include "memblock/pieces_by_size.h"
#include "memblock/policy.h"
#include "memblock/region_list.h"

namespace memmap::memblock {

// Which regions of memory a search or an iteration sees.
// kernel: should_skip_region(), mm/memblock.c, v6.12
struct Filter {
  int nid = kAnyNode;  // the regions' node; kAnyNode: of any
  // kMirror: mirrored regions only. kHotplug, kNomap, kDriverManaged: such regions too.
  std::uint32_t flags = 0;
  bool movable_node = false;  // leaves out hotpluggable regions, unless flags has kHotplug

  bool skips(const Region& r) const {
    if (nid != kAnyNode && nid != r.nid) return true;
    if (movable_node && (r.flags & kHotplug) != 0 && (flags & kHotplug) == 0) return true;
    if ((flags & kMirror) != 0 && (r.flags & kMirror) == 0) return true;
    if ((r.flags & kNomap) != 0 && (flags & kNomap) == 0) return true;
    return (r.flags & kDriverManaged) != 0 && (flags & kDriverManaged) == 0;
  }
};

// Filter::nid for the `nid` of an allocation: kAnyNode if it selects every node, else `nid`.
int node_filter(int nid, const kernel::Behaviour& behaviour);

// What searches of the same two lists remember from one to the next.
struct Remembered {
  NoRoom no_room{};
  PiecesBySize pieces{};
};

// The free ranges of one search. Both lists must outlive it and stay as they are; `remembered`, which
// is of these lists and learns from this search, must outlive it too.
//
//   memory    |===========|     |==========|======|
//   reserved     |==|        |====|     |==|
//   free      |==|  |=====|       |=====|  |======|
//
class FreeSearch : public FreeRanges {
 public:
  FreeSearch(const RegionList& memory, const RegionList& reserved, const FindRequest& request,
             bool movable_node, Remembered& remembered)
      : memory_(memory),
        reserved_(reserved),
        request_(request),
        filter_{request.nid, request.flags, movable_node},
        remembered_(remembered) {}

  std::optional<PhysRange> next_up(PhysAddr after) override;
  std::optional<PhysRange> next_down(PhysAddr before) override;
  std::optional<PhysAddr> first_fit_up() override;
  std::optional<PhysAddr> first_fit_down() override;
  std::optional<PhysRange> smallest_piece(std::uint64_t grain) override;

 private:
  // The first free range above (below) `pos` whose region of memory has `room`, and whose gap
  // between reserved regions has it too; cut at `pos` and to the limits, upwards at `stop` too. What
  // both share may have less room.
  std::optional<PhysRange> step_up(std::uint64_t pos, std::uint64_t stop, Room room) const;
  std::optional<PhysRange> step_down(std::uint64_t pos, Room room) const;
  std::optional<PhysAddr> search_up(PhysRange limits) const;
  std::optional<PhysAddr> search_down(PhysRange limits) const;

  const RegionList& memory_;
  const RegionList& reserved_;
  FindRequest request_;
  Filter filter_;
  Remembered& remembered_;
};

}  // namespace memmap::memblock
