// Fallback orders, with the lines `Fallback order for Node N` of real kernels.
#include "buddy/zonelists.h"

#include <gtest/gtest.h>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

using Orders = std::map<int, std::vector<int>>;

std::vector<ZonelistNode> nodes(int count) {
  std::vector<ZonelistNode> all;
  for (int nid = 0; nid < count; ++nid) all.push_back({.nid = nid});
  return all;
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
  const Orders want = {{0, {0, 2}}, {1, {1, 2, 0}}, {2, {2, 0}}};
  EXPECT_EQ(fallback_orders(three, far, version(6, 12)), want);
}

TEST(FallbackOrders, NearestFirst) {
  const auto line = [](int a, int b) { return 10 + 5 * (a > b ? a - b : b - a); };
  const Orders want = {{0, {0, 1, 2}}, {1, {1, 2, 0}}, {2, {2, 1, 0}}};
  EXPECT_EQ(fallback_orders(nodes(3), line, version(6, 12)), want);
}

TEST(FallbackOrders, NoneIsMadeBehindTheLastNodeThatIsAskedFor) {
  const auto far = [](int a, int b) { return a == b ? 10 : 20; };
  const Orders want = {{0, {0, 1, 2, 3}}, {1, {1, 2, 3, 0}}};
  EXPECT_EQ(fallback_orders(nodes(4), far, version(6, 12), 1), want);
}

TEST(FallbackOrders, NodesWithProcessorsAreSpared) {
  auto three = nodes(3);
  three[1].cpus = true;
  const auto far = [](int a, int b) { return a == b ? 10 : 20; };
  EXPECT_EQ(fallback_orders(three, far, version(6, 12))[0], (std::vector<int>{0, 2, 1}));
}

}  // namespace
}  // namespace memmap::buddy
