// Node ids onto memory.
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

// Blocks sorted by base, without overlaps; every nid that owns memory is in `online`, ascending.
struct Nodes {
  std::vector<NodeBlock> blocks{};
  std::vector<int> online{};
};

}  // namespace memmap::numa
