#include "buddy/zonelists.h"

#include <limits>
#include <optional>
#include <set>

namespace memmap::buddy {
namespace {

using Loads = std::map<int, std::int64_t>;

std::optional<int> next_best(int local, std::span<const ZonelistNode> nodes,
                             const std::set<int>& used, const Distance& distance,
                             const Loads& loads, std::int64_t step) {
  std::optional<int> best;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const ZonelistNode& n : nodes) {
    if (!n.memory || used.contains(n.nid)) continue;
    std::int64_t value = distance(local, n.nid);
    if (n.nid < local) ++value;
    if (n.cpus) ++value;  // PENALTY_FOR_NODE_WITH_CPUS
    const auto load = loads.find(n.nid);
    value = value * step + (load == loads.end() ? 0 : load->second);
    if (value >= least) continue;
    least = value;
    best = n.nid;
  }
  return best;
}

}  // namespace

std::map<int, std::vector<int>> fallback_orders(std::span<const ZonelistNode> nodes,
                                                const Distance& distance,
                                                const kernel::Behaviour& behaviour, int last) {
  const auto count = static_cast<std::int64_t>(nodes.size());
  const std::int64_t step =
      behaviour.zonelist_loads_add_up ? behaviour.max_numnodes : behaviour.max_numnodes * count;
  std::map<int, std::vector<int>> orders;
  Loads loads;
  for (const ZonelistNode& local : nodes) {
    if (local.nid > last) break;
    std::vector<int>& order = orders[local.nid];
    order.push_back(local.nid);
    std::set<int> used = {local.nid};
    int previous = local.nid;
    std::int64_t left = count - 1;
    while (const auto node = next_best(local.nid, nodes, used, distance, loads, step)) {
      // The first of a distance: others shall choose another.
      if (distance(local.nid, *node) != distance(local.nid, previous)) {
        std::int64_t& load = loads[*node];
        load = behaviour.zonelist_loads_add_up ? load + 1 : left;
      }
      order.push_back(*node);
      used.insert(*node);
      previous = *node;
      --left;
    }
  }
  return orders;
}

}  // namespace memmap::buddy
