#include "memblock/region_list.h"

#include <gtest/gtest.h>

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kSpacing = 0x4000;
constexpr std::uint64_t kMax = ~std::uint64_t{0};

Region region(std::uint64_t base, std::uint64_t end) { return {PhysRange::make(base, end)}; }

// Of 0x1000 bytes each, 0x4000 apart.
Regions spaced(std::uint64_t count) {
  Regions out;
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back(region(i * kSpacing, i * kSpacing + 0x1000));
  return out;
}

TEST(RegionList, TakesOverListsOfAnySize) {
  for (const std::uint64_t count : {0u, 1u, 127u, 128u, 129u, 200u, 256u, 1000u}) {
    RegionList list;
    list.assign(spaced(3));
    list.assign(spaced(count));
    EXPECT_EQ(list.regions(), spaced(count));
    EXPECT_EQ(list.size(), count);
    EXPECT_EQ(list.bytes(), count * 0x1000);
    list.clear();
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.bytes(), 0u);
    EXPECT_TRUE(list.regions().empty());
  }
}

TEST(RegionList, TellsOfTheLast256ChangesAndOfAClearedListAsAWhole) {
  RegionList list;
  for (std::uint64_t i = 0; i < 256; ++i)
    list.insert(list.end(), region(i * kSpacing, i * kSpacing + 1));
  EXPECT_EQ(list.changes(), 256u);
  ASSERT_TRUE(list.changes_since(0));
  EXPECT_EQ(list.changes_since(0)->size(), 256u);
  EXPECT_EQ(list.changes_since(0)->front(), PhysRange::make(0, 1));
  list.insert(list.end(), region(256 * kSpacing, 256 * kSpacing + 1));
  EXPECT_EQ(list.changes(), 257u);
  EXPECT_FALSE(list.changes_since(255));
  ASSERT_TRUE(list.changes_since(256));
  EXPECT_EQ(list.changes_since(256)->size(), 1u);
  EXPECT_TRUE(list.changes_since(257)->empty());
  EXPECT_FALSE(list.changes_since(258));

  list.clear();
  ASSERT_TRUE(list.changes_since(257));
  EXPECT_EQ(list.changes_since(257)->front(), PhysRange::make(0, kMax));
}

TEST(RegionList, TellsWhereARegionLayThatIsErasedOrReplaced) {
  RegionList list;
  list.assign(spaced(4));
  const std::uint64_t then = list.changes();
  list.erase(list.first_ending_above(kSpacing));
  list.replace(list.begin(), region(0x800, 0x2000));
  ASSERT_TRUE(list.changes_since(then));
  ASSERT_EQ(list.changes_since(then)->size(), 2u);
  EXPECT_EQ(list.changes_since(then)->front(), PhysRange::make(kSpacing, kSpacing + 0x1000));
  EXPECT_EQ(list.changes_since(then)->back(), PhysRange::make(0, 0x2000));
}

TEST(RegionList, TheGapBeforeARegionThatShrinksIsFound) {
  RegionList list;
  list.assign(spaced(200));  // the space above the last is not in the first chunk
  const std::uint64_t base = 5 * kSpacing;
  list.replace(list.first_ending_above(base), region(base + 0x800, base + 0x1000));
  const PhysRange gap = PhysRange::make(base - kSpacing + 0x1000, base + 0x800);
  EXPECT_EQ(list.gap_up(0x1000, {gap.size(), 1}), gap);
}

// A chunk goes, and those behind it move from group to group with what is known of them.
TEST(RegionList, BoundsOfGroupsFollowTheirChunks) {
  constexpr std::uint64_t kFar = 0x10000000;
  Regions regions = spaced(128 * 70);
  for (std::size_t i = 128 * 65; i < regions.size(); ++i) {
    const PhysRange r = regions[i].range;
    regions[i].range = PhysRange::make(raw(r.base()) + kFar, raw(r.end()) + kFar);
  }
  RegionList list;
  list.assign(regions);
  const PhysRange gap =
      PhysRange::make(raw(regions[128 * 65 - 1].range.end()), raw(regions[128 * 65].range.base()));
  EXPECT_EQ(list.gap_up(0, {gap.size(), 1}), gap);
  list.erase(list.begin(), list.first_ending_above(128 * kSpacing));
  EXPECT_EQ(list.gap_up(0, {gap.size(), 1}), gap);
  EXPECT_EQ(list.gap_down(raw(regions.back().range.base()), {gap.size(), 1}), gap);
}

// The gap that regions leave is found by its exact size, whatever was known of it before.
TEST(RegionList, AGapThatGrowsIsFound) {
  RegionList one;
  one.assign(spaced(384));
  std::uint64_t gap = kSpacing - 0x1000;
  for (std::uint64_t i = 128; i < 256; ++i) {  // one by one, the whole second chunk
    one.erase(one.first_ending_above(i * kSpacing));
    gap += kSpacing;
    const auto found = one.gap_up(0x1000, {gap, 1});
    ASSERT_TRUE(found) << i;
    ASSERT_EQ(*found, PhysRange::make(127 * kSpacing + 0x1000, (i + 1) * kSpacing));
  }
  for (const std::uint64_t first : {1u, 100u, 128u, 129u}) {
    for (const std::uint64_t last : {130u, 255u, 256u, 300u}) {
      RegionList many;
      many.assign(spaced(384));
      many.erase(many.first_ending_above(first * kSpacing),
                 many.first_ending_above(last * kSpacing));
      const PhysRange left = PhysRange::make((first - 1) * kSpacing + 0x1000, last * kSpacing);
      EXPECT_EQ(many.gap_up(0x1000, {left.size(), 1}), left) << first << " to " << last;
      EXPECT_EQ(many.size(), 384 - (last - first));
    }
  }
}

// A region that holds the multiple which is asked for in its last byte.
TEST(RegionList, AMultipleInTheLastByte) {
  RegionList list;
  list.assign({region(0xfff, 0x1001), region(0x2fff, 0x3000)});
  EXPECT_EQ(list.region_up(0, {1, 0x1000}), list.begin());
  EXPECT_EQ(list.region_down(kMax, {1, 0x1000}), list.begin());
  RegionList first;
  first.assign({region(0, 1)});
  EXPECT_EQ(first.region_up(0, {1, std::uint64_t{1} << 63}), first.begin());
}

// Filled in order, chunks are full; thinned out, what is left is joined.
TEST(RegionList, TakesLittleMoreThanItsRegions) {
  constexpr std::uint64_t kCount = 12800;
  RegionList list;
  for (const Region& r : spaced(kCount)) list.insert(list.end(), r);
  EXPECT_GE(list.memory_used(), kCount * sizeof(Region));
  EXPECT_LE(list.memory_used(), kCount * (sizeof(Region) + 3));
  RegionList down;
  for (std::uint64_t i = kCount; i-- > 0;)
    down.insert(down.begin(), region(i * kSpacing, i * kSpacing + 0x1000));
  EXPECT_EQ(down.regions(), spaced(kCount));
  EXPECT_LE(down.memory_used(), kCount * (sizeof(Region) + 3));

  // Three of four go, in runs that lie across chunks, and then every second.
  for (std::uint64_t i = 0; i < kCount; i += 80)
    list.erase(list.first_ending_above(i * kSpacing), list.first_ending_above((i + 60) * kSpacing));
  EXPECT_EQ(list.size(), kCount / 4);
  EXPECT_LE(list.memory_used(), list.size() * (sizeof(Region) * 16 / 7 + 12));
  for (std::uint64_t i = 60; i < kCount; i += i % 80 == 78 ? 62 : 2)
    list.erase(list.first_ending_above(i * kSpacing));
  EXPECT_EQ(list.size(), kCount / 8);
  EXPECT_LE(list.memory_used(), list.size() * (sizeof(Region) * 16 / 7 + 24));
}

}  // namespace
}  // namespace memmap::memblock
