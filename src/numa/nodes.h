// Which memory belongs to which node.
#pragma once

#include <cstdint>
#include <vector>

#include "base/range.h"

namespace memmap::numa {

// A block of memory that belongs to a node. kernel: struct numa_memblk
struct NodeBlock {
  PhysRange range{};
  int nid = 0;
};

struct Nodes {
  std::vector<NodeBlock> blocks{};  // sorted by base, disjoint
  std::vector<int> online{};        // the nodes that have memory, ascending
};

}  // namespace memmap::numa
