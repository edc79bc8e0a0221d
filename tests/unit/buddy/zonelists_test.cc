// Fallback orders, with the lines `Fallback order for Node N` of real kernels.
#include "buddy/zonelists.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

using Orders = std::map<int, std::vector<int>>;

std::vector<ZonelistNode> nodes(int count) {
  std::vector<ZonelistNode> all;
  for (int nid = 0; nid < count; ++nid) all.push_back({.nid = nid});
  return all;
}

Orders fallback_orders(const std::vector<ZonelistNode>& all, const Distance& distance,
                       const kernel::Behaviour& behaviour) {
  FallbackOrders orders(all, distance, behaviour);
  Orders out;
  for (const ZonelistNode& node : all) out[node.nid] = orders.of(node.nid);
  return out;
}

// As the kernel does it, which looks at every node for each place of each order.
Orders one_by_one(const std::vector<ZonelistNode>& all, const Distance& distance,
                  const kernel::Behaviour& behaviour) {
  const auto count = static_cast<std::int64_t>(all.size());
  const std::int64_t step = behaviour.max_numnodes * (behaviour.zonelist_loads_add_up ? 1 : count);
  Orders out;
  std::map<int, std::int64_t> loads;
  for (const ZonelistNode& local : all) {
    std::vector<int>& order = out[local.nid];
    if (local.memory || !behaviour.zonelist_leaves_bare_node_out) order.push_back(local.nid);
    int previous = local.nid;
    std::set<int> used = {local.nid};
    for (std::int64_t left = count - 1;; --left) {
      const ZonelistNode* best = nullptr;
      std::int64_t least = std::numeric_limits<std::int64_t>::max();
      for (const ZonelistNode& n : all) {
        if (!n.memory || used.contains(n.nid)) continue;
        const int penalty = (n.nid < local.nid ? 1 : 0) + (n.cpus ? 1 : 0);
        const std::int64_t value = (distance(local.nid, n.nid) + penalty) * step + loads[n.nid];
        if (value >= least) continue;
        least = value;
        best = &n;
      }
      if (best == nullptr) break;
      std::int64_t& load = loads[best->nid];
      if (distance(local.nid, best->nid) != distance(local.nid, previous))
        load = behaviour.zonelist_loads_add_up ? load + 1 : left;
      order.push_back(best->nid);
      previous = best->nid;
      used.insert(best->nid);
    }
  }
  return out;
}

TEST(FallbackOrders, AreThoseOfNodesChosenOneByOne) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (int n = 0; n < 200; ++n) {
    std::vector<ZonelistNode> all;
    for (int nid = 0; nid < 12; ++nid) {
      if (random(4) != 0) all.push_back({nid, random(4) != 0, random(4) == 0});
    }
    std::map<std::pair<int, int>, int> far;
    for (int a = 0; a < 12; ++a) {
      for (int b = 0; b < 12; ++b) far[{a, b}] = a == b ? 10 : 20 + static_cast<int>(random(3));
    }
    const auto distance = [&](int a, int b) { return far.at({a, b}); };
    for (const auto& behaviour : {version(5, 4), version(6, 1), version(6, 12)})
      EXPECT_EQ(fallback_orders(all, distance, behaviour), one_by_one(all, distance, behaviour));
  }
}

TEST(FallbackOrders, OfANodeThatIsNotThere) {
  FallbackOrders orders(
      nodes(2), [](int, int) { return 10; }, version(6, 12));
  EXPECT_TRUE(orders.of(2).empty());
}

TEST(FallbackOrders, OfEquallyFarNodesTheNextComesFirst) {
  const auto far = [](int a, int b) { return a == b ? 10 : 20; };
  const Orders want = {{0, {0, 1, 2, 3}}, {1, {1, 2, 3, 0}}, {2, {2, 3, 0, 1}}, {3, {3, 0, 1, 2}}};
  EXPECT_EQ(fallback_orders(nodes(4), far, version(6, 12)), want);  // numa4-8G-612
  EXPECT_EQ(fallback_orders(nodes(4), far, version(6, 1)), want);
}

// numa=fake=2U on two nodes. Node 1's nearest of the far ones is 3: 2 is node 0's already.
TEST(FallbackOrders, AFirstChoiceIsSpared) {
  const auto halves = [](int a, int b) { return a / 2 == b / 2 ? 10 : 20; };
  const Orders want = {{0, {0, 1, 2, 3}}, {1, {1, 0, 3, 2}}, {2, {2, 3, 0, 1}}, {3, {3, 2, 1, 0}}};
  EXPECT_EQ(fallback_orders(nodes(4), halves, version(6, 12)), want);  // numafakeU-4G-612
}

TEST(FallbackOrders, ANodeWithoutMemoryIsNobodysFallback) {
  auto three = nodes(3);
  three[1].memory = false;
  const auto far = [](int a, int b) { return a == b ? 10 : 20; };
  Orders want = {{0, {0, 2}}, {1, {2, 0}}, {2, {2, 0}}};
  EXPECT_EQ(fallback_orders(three, far, version(6, 12)), want);
  want[1] = {1, 2, 0};
  EXPECT_EQ(fallback_orders(three, far, version(6, 1)), want);
}

TEST(FallbackOrders, NearestFirst) {
  const auto line = [](int a, int b) { return 10 + 5 * (a > b ? a - b : b - a); };
  const Orders want = {{0, {0, 1, 2}}, {1, {1, 2, 0}}, {2, {2, 1, 0}}};
  EXPECT_EQ(fallback_orders(nodes(3), line, version(6, 12)), want);
}

TEST(FallbackOrders, NodesWithProcessorsAreSpared) {
  auto three = nodes(3);
  three[1].cpus = true;
  const auto far = [](int a, int b) { return a == b ? 10 : 20; };
  EXPECT_EQ(fallback_orders(three, far, version(6, 12))[0], (std::vector<int>{0, 2, 1}));
}

}  // namespace
}  // namespace memmap::buddy
