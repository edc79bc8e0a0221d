// What windows for CXL memory make of the SRAT's blocks.
#include "numa/cxl_windows.h"

#include <gtest/gtest.h>

#include <tuple>

namespace memmap::numa {
namespace {

using Blocks = std::vector<std::tuple<std::uint64_t, std::uint64_t, int>>;  // start, end, nid
using Windows = std::vector<PhysRange>;

constexpr kernel::Version k61{6, 1, 192};

struct Made {
  Blocks blocks{};
  std::vector<int> nodes{};
};

Made with(const Blocks& blocks, const Windows& windows, int next_nid, kernel::Version version,
          int most = 64) {
  std::vector<NodeBlock> given;
  for (const auto& [start, end, nid] : blocks) given.push_back({PhysRange::make(start, end), nid});
  const WithWindows out =
      with_cxl_windows(given, windows, next_nid, most, kernel::behaviour_of(version, 6));
  Made made{.nodes = out.nodes};
  for (const NodeBlock& b : out.blocks)
    made.blocks.emplace_back(raw(b.range.base()), raw(b.range.end()), b.nid);
  return made;
}

Blocks made(const Blocks& blocks, const Windows& windows, int next_nid, int most = 64) {
  return with(blocks, windows, next_nid, k61, most).blocks;
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

// Before 6.7: the start decides, and what is there stays as it is.
TEST(CxlWindows, OnceNoBlockGrew) {
  const Windows both = {PhysRange::make(40, 50), PhysRange::make(60, 70)};
  for (const kernel::Version v : {kernel::Version{5, 17, 0}, kernel::Version{6, 1, 62},
                                  kernel::Version{6, 5, 11}, kernel::Version{6, 6, 1}}) {
    EXPECT_EQ(with({{38, 42, 0}, {64, 66, 1}}, both, 2, v).blocks,
              (Blocks{{38, 42, 0}, {64, 66, 1}, {60, 70, 2}}));
  }
  for (const kernel::Version v : {kernel::Version{6, 1, 63}, kernel::Version{6, 5, 12},
                                  kernel::Version{6, 6, 2}, kernel::Version{6, 7, 0}}) {
    EXPECT_EQ(with({{38, 42, 0}, {64, 66, 1}}, both, 2, v).blocks,
              (Blocks{{38, 50, 0}, {60, 70, 1}}));
  }
}

// A later window finds the node of an earlier one.
TEST(CxlWindows, MayLieInOneAnother) {
  const Windows both = {PhysRange::make(40, 50), PhysRange::make(45, 60)};
  EXPECT_EQ(with({{0, 10, 0}}, both, 1, {6, 0, 0}).blocks, (Blocks{{0, 10, 0}, {40, 50, 1}}));
  EXPECT_EQ(with({{0, 10, 0}}, both, 1, k61).blocks, (Blocks{{0, 10, 0}, {40, 60, 1}}));
  EXPECT_EQ(with({{0, 10, 0}}, both, 1, {6, 16, 0}).nodes, (std::vector<int>{1, 2}));
}

// From 6.7 up to 6.8, and in stable series.
TEST(CxlWindows, ABlockBehindTheWindowCountedOnce) {
  const Windows window = {PhysRange::make(40, 50)};
  for (const kernel::Version v : {kernel::Version{6, 1, 79}, kernel::Version{6, 5, 13},
                                  kernel::Version{6, 6, 18}, kernel::Version{6, 7, 6}}) {
    EXPECT_EQ(with({{0, 40, 0}, {50, 60, 1}}, window, 2, v).blocks,
              (Blocks{{0, 40, 0}, {40, 60, 1}}));
  }
  for (const kernel::Version v :
       {kernel::Version{6, 1, 80}, kernel::Version{6, 6, 19}, kernel::Version{6, 7, 7}}) {
    EXPECT_EQ(with({{0, 40, 0}, {50, 60, 1}}, window, 2, v).blocks,
              (Blocks{{0, 40, 0}, {50, 60, 1}, {40, 50, 2}}));
  }
}

// Since 6.16 none has a block, which RAM in it would make the node's.
TEST(CxlWindows, AreReserved) {
  const Windows both = {PhysRange::make(40, 50), PhysRange::make(60, 70)};
  const Made made = with({{0, 10, 0}, {66, 68, 1}}, both, 2, {6, 16, 0});
  EXPECT_EQ(made.blocks, (Blocks{{0, 10, 0}, {60, 70, 1}}));
  EXPECT_EQ(made.nodes, std::vector<int>{2});
  EXPECT_EQ(with({{0, 10, 0}}, both, 1, {7, 2, 0}, 2).nodes, std::vector<int>{1});
  EXPECT_TRUE(with({{0, 10, 0}}, both, 1, {6, 15, 0}).nodes.empty());
}

}  // namespace
}  // namespace memmap::numa
