// What a dump tells that no line before it did.
#pragma once

#include <cstddef>

#include "memblock/region.h"
#include "replay/log.h"

namespace memmap::replay {

// Nodes as a dump shows them: those that are none become kAnyNode.
memblock::Regions as_shown(memblock::Regions regions, int max_numnodes);

struct Adopted {
  memblock::Regions regions{};
  std::size_t nodes = 0;  // regions of the dump from which another node was taken
  std::size_t flags = 0;  // the same for flags
};

// `ours` with the nodes and flags that `dump` gives the same bytes; neither adds nor takes a byte.
// Where the dump shows no node, ours stays (NUMA_NO_NODE and MAX_NUMNODES look alike).
//
//   ours      |--------------------|   |-----|
//   dump      |node 0 |   node 1   |   |-----|  |------|
//   result    |node 0 |   node 1   |   |-----|
//
Adopted adopt(const memblock::Regions& ours, const memblock::Regions& dump, int max_numnodes);

// What was reserved before the log begins: the bytes that the first dump shows and no line before
// it reserved.
memblock::Regions reserved_before(const Log& log, std::size_t first_dump, int max_numnodes);

}  // namespace memmap::replay
