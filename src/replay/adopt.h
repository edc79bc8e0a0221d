// Facts that only a dump of the lists shows: nodes, flags, what was reserved before the log begins.
#pragma once

#include <cstddef>

#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "replay/log.h"

namespace memmap::replay {

// `regions` with nodes as a dump shows them: an id that is no node becomes kAnyNode.
memblock::Regions as_shown(memblock::Regions regions, int max_numnodes);

struct Adopted {
  memblock::Regions regions{};
  std::size_t nodes = 0;  // regions of the dump whose node differed and was taken
  std::size_t flags = 0;  // regions of the dump whose flags differed and were taken
};

// Returns the bytes of `ours` with the nodes and flags that `dump` gives them; bytes that the dump
// does not have keep theirs. Where the dump shows no node ours stays, since it shows NUMA_NO_NODE
// and MAX_NUMNODES alike.
//
//   ours      |--------------------|   |-----|
//   dump      |node 0 |   node 1   |   |-----|  |------|
//   result    |node 0 |   node 1   |   |-----|
//
Adopted adopt(const memblock::Regions& ours, const memblock::Regions& dump, int max_numnodes);

// The bytes that were reserved before the log begins: those that the dump at entry `first_dump`
// shows and that no line before it reserved.
memblock::Regions reserved_before(const Log& log, std::size_t first_dump,
                                  const kernel::Behaviour& behaviour);

}  // namespace memmap::replay
