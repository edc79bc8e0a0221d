#include "buddy/zonelists.h"

#include <algorithm>
#include <utility>

namespace memmap::buddy {

FallbackOrders::FallbackOrders(std::vector<ZonelistNode> nodes, Distance distance,
                               const kernel::Behaviour& behaviour)
    : nodes_(std::move(nodes)),
      distance_(std::move(distance)),
      loads_add_up_(behaviour.zonelist_loads_add_up),
      leaves_bare_out_(behaviour.zonelist_leaves_bare_node_out),
      step_(behaviour.max_numnodes *
            (loads_add_up_ ? 1 : static_cast<std::int64_t>(nodes_.size()))),
      loads_(nodes_.size()) {}

const std::vector<int>& FallbackOrders::of(int nid) {
  static const std::vector<int> kNone;
  const auto node = std::ranges::lower_bound(nodes_, nid, {}, &ZonelistNode::nid);
  if (node == nodes_.end() || node->nid != nid) return kNone;
  const auto number = static_cast<std::size_t>(node - nodes_.begin());
  while (orders_.size() <= number) orders_.push_back(make(nodes_[orders_.size()]));
  return orders_[number];
}

// The loads of nodes that are still to be chosen do not change on the way.
std::vector<int> FallbackOrders::make(const ZonelistNode& local) {
  struct Choice {
    std::int64_t value;
    std::size_t node;
  };
  std::vector<Choice> choices;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const ZonelistNode& node = nodes_[n];
    if (!node.memory || node.nid == local.nid) continue;
    std::int64_t value = distance_(local.nid, node.nid);
    if (node.nid < local.nid) ++value;
    if (node.cpus) ++value;  // PENALTY_FOR_NODE_WITH_CPUS
    choices.push_back({value * step_ + loads_[n], n});
  }
  std::ranges::stable_sort(choices, {}, &Choice::value);
  std::vector<int> order;
  if (local.memory || !leaves_bare_out_) order.push_back(local.nid);
  int previous = local.nid;
  auto left = static_cast<std::int64_t>(nodes_.size()) - 1;
  for (const Choice& choice : choices) {
    const int nid = nodes_[choice.node].nid;
    // The first of a distance: others shall choose another.
    if (distance_(local.nid, nid) != distance_(local.nid, previous)) {
      std::int64_t& load = loads_[choice.node];
      load = loads_add_up_ ? load + 1 : left;
    }
    order.push_back(nid);
    previous = nid;
    --left;
  }
  return order;
}

}  // namespace memmap::buddy
