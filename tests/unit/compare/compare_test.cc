#include "compare/compare.h"

#include <gmock/gmock.h>

#include "support/listed_ranges.h"
#include "support/lists.h"

namespace memmap::compare {
namespace {

using testing::ElementsAre;

boot::Outcome outcome_of(const memblock::Regions& memory, const memblock::Regions& reserved) {
  boot::Outcome out;
  test::set_memory(out.state.memblock, memory);
  test::set_reserved(out.state.memblock, reserved);
  return out;
}

memblock::Region at(std::uint64_t base, std::uint64_t end, std::uint32_t flags = 0) {
  return {.range = PhysRange::make(base, end), .flags = flags};
}

// page      0  1  2  3  4  5  6  7  8
// memory    |=======================|
// reserved     |=| |                      half of pages 1 and 2
TEST(Left, CountsWholeFreePages) {
  const Left left = left_of("x", outcome_of({at(0, 0x8000)}, {at(0x1800, 0x2800)}), {});
  EXPECT_EQ(left.free_bytes, 0x6000u);
  EXPECT_EQ(left.largest_free, 0x5000u);
  EXPECT_EQ(left.free_blocks[0], 2u);  // pages 0 and 3
  EXPECT_EQ(left.free_blocks[1], 0u);
  EXPECT_EQ(left.free_blocks[2], 1u);  // pages 4 to 7
  EXPECT_EQ(left.low_dma, 0x6000u);
}

TEST(Left, LimitsNomapAndTouchingRegions) {
  const Left left = left_of("x",
                            outcome_of({at(8 * kMiB, 20 * kMiB), at(20 * kMiB, 24 * kMiB),
                                        at(24 * kMiB, 28 * kMiB, memblock::kNomap),
                                        at(4 * kGiB - kMiB, 4 * kGiB + 4 * kMiB)},
                                       {}),
                            {});
  EXPECT_EQ(left.largest_free, 16 * kMiB);
  EXPECT_EQ(left.low_dma, 8 * kMiB);
  EXPECT_EQ(left.low_dma32, 17 * kMiB);
  EXPECT_EQ(left.free_blocks[10], 5u);
  EXPECT_EQ(left.free_blocks[8], 1u);
}

Left result(const char* name) {
  Left out;
  out.policy = name;
  out.free_blocks.assign(11, 1);
  return out;
}

TEST(Rank, TheFirstDifferenceDecides) {
  Left panicked = result("panicked");
  panicked.panicked = true;
  panicked.largest_free = 99;
  Left large = result("large");
  large.largest_free = 2;
  Left blocks = result("blocks");
  blocks.largest_free = 1;
  blocks.free_blocks[10] = 2;
  Left lower = result("lower");
  lower.largest_free = 1;
  lower.free_blocks[9] = 50;
  Left mapped = result("mapped");
  mapped.largest_free = 1;
  mapped.direct_map[4096] = 1;
  mapped.low_dma32 = 9;
  Left low = result("low");
  low.largest_free = 1;
  low.low_dma = 1;
  Left node = result("node");
  node.largest_free = 1;
  node.nodes_kept = 1;
  Left first = result("first");
  first.largest_free = 1;
  Left second = first;
  second.policy = "second";
  std::vector<Left> all{panicked, mapped, first, second, node, low, lower, blocks, large};
  rank(all);
  std::vector<std::string> names;
  std::vector<unsigned> ranks;
  for (const Left& l : all) {
    names.push_back(l.policy);
    ranks.push_back(l.rank);
  }
  EXPECT_THAT(names, ElementsAre("large", "blocks", "lower", "low", "node", "first", "second",
                                 "mapped", "panicked"));
  EXPECT_THAT(ranks, ElementsAre(1, 2, 3, 4, 5, 6, 6, 8, 9));
}

struct Highest : memblock::AllocationPolicy {
  std::optional<PhysAddr> choose(const memblock::FindRequest&,
                                 memblock::FreeRanges& ranges) override {
    return ranges.first_fit_down();
  }
};

TEST(NodeCount, ASearchElsewhereIsLost) {
  NodeTally tally;
  Highest policy;
  NodeCount count(policy, tally);
  memblock::FindRequest request{
      .size = 0x2000, .align = 0x1000, .limits = PhysRange::make(0, 0x10000), .nid = 1};
  const auto ask = [&](int nid, std::vector<PhysRange> free) {
    request.nid = nid;
    test::ListedRanges ranges(request, std::move(free));
    return count.choose(request, ranges);
  };
  EXPECT_EQ(ask(1, {PhysRange::make(0, 0x8000)}), PhysAddr{0x6000});
  EXPECT_EQ(tally.kept, 0x2000u);
  EXPECT_EQ(ask(1, {}), std::nullopt);
  EXPECT_EQ(ask(-1, {PhysRange::make(0, 0x8000)}), PhysAddr{0x6000});
  EXPECT_EQ(tally.lost, 0x2000u);
  // One that never wanted a node.
  EXPECT_EQ(ask(-1, {PhysRange::make(0, 0x8000)}), PhysAddr{0x6000});
  EXPECT_EQ(tally.lost, 0x2000u);
  EXPECT_EQ(tally.kept, 0x2000u);
}

}  // namespace
}  // namespace memmap::compare
