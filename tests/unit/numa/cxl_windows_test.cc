// What windows for CXL memory make of the SRAT's blocks.
#include "numa/cxl_windows.h"

#include <gtest/gtest.h>

#include <tuple>

namespace memmap::numa {
namespace {

using Blocks = std::vector<std::tuple<std::uint64_t, std::uint64_t, int>>;  // start, end, nid
using Windows = std::vector<PhysRange>;

Blocks made(const Blocks& blocks, const Windows& windows, int next_nid, int most = 64) {
  std::vector<NodeBlock> given;
  for (const auto& [start, end, nid] : blocks) given.push_back({PhysRange::make(start, end), nid});
  Blocks out;
  for (const NodeBlock& b : with_cxl_windows(given, windows, next_nid, most))
    out.emplace_back(raw(b.range.base()), raw(b.range.end()), b.nid);
  return out;
}

TEST(CxlWindows, WithoutTheSratsAreNodesOfTheirOwn) {
  EXPECT_EQ(made({{0, 10, 0}, {20, 30, 1}}, {PhysRange::make(40, 50), PhysRange::make(60, 70)}, 2),
            (Blocks{{0, 10, 0}, {20, 30, 1}, {40, 50, 2}, {60, 70, 3}}));
  EXPECT_EQ(made({{0, 10, 0}}, {PhysRange::make(40, 50), PhysRange::make(60, 70)}, 1, 2),
            (Blocks{{0, 10, 0}, {40, 50, 1}}));
  EXPECT_EQ(made({{0, 10, 0}}, {}, 1), (Blocks{{0, 10, 0}}));
}

TEST(CxlWindows, BlocksGrowToCoverTheirWindow) {
  EXPECT_EQ(made({{0, 10, 0}, {42, 44, 1}}, {PhysRange::make(40, 50)}, 2),
            (Blocks{{0, 10, 0}, {40, 50, 1}}));
  // The later one takes what lies between; the order of the list stays.
  EXPECT_EQ(made({{46, 48, 1}, {38, 42, 0}}, {PhysRange::make(40, 50)}, 2),
            (Blocks{{42, 50, 1}, {38, 42, 0}}));
  // One within another.
  EXPECT_EQ(made({{40, 49, 0}, {42, 44, 1}, {49, 60, 2}}, {PhysRange::make(39, 50)}, 3),
            (Blocks{{39, 49, 0}, {42, 44, 1}, {49, 60, 2}}));
}

// The last by its start reaches to the window's end, as the kernel does it.
TEST(CxlWindows, TheLastToBeginGrows) {
  EXPECT_EQ(made({{40, 48, 0}, {42, 44, 1}}, {PhysRange::make(40, 50)}, 2),
            (Blocks{{40, 48, 0}, {42, 50, 1}}));
}

TEST(CxlWindows, OneThatTouchesABlockIsANode) {
  EXPECT_EQ(made({{0, 40, 0}, {50, 60, 1}}, {PhysRange::make(40, 50)}, 2),
            (Blocks{{0, 40, 0}, {50, 60, 1}, {40, 50, 2}}));
}

}  // namespace
}  // namespace memmap::numa
