// The order in which a node's requests try the nodes.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "kernel/behaviour.h"

namespace memmap::buddy {

// A node as far as its place in the others' orders goes.
struct ZonelistNode {
  int nid = 0;
  bool memory = true;  // N_MEMORY: it has present pages
  bool cpus = false;   // processors were counted for it: none are yet when the boot's are built
};

using Distance = std::function<int(int from, int to)>;

// By node: itself, then the others with memory, nearest first. Of those equally far the next in
// number comes first, but for one that is another's first choice already. A node without memory is
// in its own order alone. `nodes`: ascending. Those up to node `last`, which takes O(n^2) for each.
// kernel: build_zonelists(), find_next_best_node(), mm/page_alloc.c, v6.12
std::map<int, std::vector<int>> fallback_orders(std::span<const ZonelistNode> nodes,
                                                const Distance& distance,
                                                const kernel::Behaviour& behaviour,
                                                int last = std::numeric_limits<int>::max());

}  // namespace memmap::buddy
