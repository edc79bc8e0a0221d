// Where free memory is: memory minus reserved, by node and flags.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/behaviour.h"
#include "memblock/no_room.h"
#include "memblock/policy.h"
#include "memblock/region_list.h"

namespace memmap::memblock {

// Which regions of memory take part. kernel: should_skip_region(), mm/memblock.c, v6.12
struct Filter {
  int nid = kAnyNode;  // kAnyNode: all
  std::uint32_t flags =
      0;  // kHotplug, kNomap and kDriverManaged let such regions in, kMirror wants only those
  bool movable_node = false;  // hotpluggable memory is left out unless asked for

  bool skips(const Region& r) const {
    if (nid != kAnyNode && nid != r.nid) return true;
    if (movable_node && (r.flags & kHotplug) != 0 && (flags & kHotplug) == 0) return true;
    if ((flags & kMirror) != 0 && (r.flags & kMirror) == 0) return true;
    if ((r.flags & kNomap) != 0 && (flags & kNomap) == 0) return true;
    return (r.flags & kDriverManaged) != 0 && (flags & kDriverManaged) == 0;
  }
};

// The node that `nid` stands for as a filter: kAnyNode for those that select every node.
int node_filter(int nid, const kernel::Behaviour& behaviour);

// One search's free ranges. Both lists must outlive it, unchanged; so must `no_room`, which knows what
// earlier searches of these lists learned, and learns from this one.
//
//   memory    |===========|     |==========|======|
//   reserved     |==|        |====|     |==|
//   free      |==|  |=====|       |=====|  |======|
//
class FreeSearch : public FreeRanges {
 public:
  FreeSearch(const RegionList& memory, const RegionList& reserved, const FindRequest& request,
             bool movable_node, NoRoom& no_room)
      : memory_(memory),
        reserved_(reserved),
        request_(request),
        filter_{request.nid, request.flags, movable_node},
        no_room_(no_room) {}

  std::optional<PhysRange> next_up(PhysAddr after) override;
  std::optional<PhysRange> next_down(PhysAddr before) override;
  std::optional<PhysAddr> first_fit_up() override;
  std::optional<PhysAddr> first_fit_down() override;

 private:
  // The first free range from `pos` on, cut to it, that is part of a memory region and of a gap
  // with `room` each. The cut may have less.
  std::optional<PhysRange> step_up(std::uint64_t pos, Room room) const;
  std::optional<PhysRange> step_down(std::uint64_t pos, Room room) const;
  std::optional<PhysAddr> search_up(PhysRange limits) const;
  std::optional<PhysAddr> search_down(PhysRange limits) const;

  const RegionList& memory_;
  const RegionList& reserved_;
  FindRequest request_;
  Filter filter_;
  NoRoom& no_room_;
};

// The kernel's own choices.
class TopDownPolicy : public AllocationPolicy {
 public:
  std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
    return ranges.first_fit_down();
  }
};
class BottomUpPolicy : public AllocationPolicy {
 public:
  std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
    return ranges.first_fit_up();
  }
};

}  // namespace memmap::memblock
