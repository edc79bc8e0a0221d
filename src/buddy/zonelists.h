// The order in which a node's requests try the nodes.
#pragma once

#include <cstdint>
#include <functional>
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
// in no order, before 6.7 in its own. Each node's is made with those before it, when it is asked
// for: O(n log n).
// kernel: build_zonelists(), find_next_best_node(), mm/page_alloc.c, v6.12
class FallbackOrders {
 public:
  // `nodes`: ascending.
  FallbackOrders(std::vector<ZonelistNode> nodes, Distance distance,
                 const kernel::Behaviour& behaviour);
  // Empty: there is no such node. Stays where it is until the next call.
  const std::vector<int>& of(int nid);

 private:
  std::vector<int> make(const ZonelistNode& local);

  std::vector<ZonelistNode> nodes_;
  Distance distance_;
  bool loads_add_up_;
  bool leaves_bare_out_;
  std::int64_t step_;                       // what a unit of distance counts beside loads
  std::vector<std::int64_t> loads_;         // of each node. kernel: node_load
  std::vector<std::vector<int>> orders_{};  // of the first nodes
};

}  // namespace memmap::buddy
