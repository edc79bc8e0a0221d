// Free lists held as runs, and pageblock types.
#include "buddy/free_lists.h"

#include <gtest/gtest.h>

#include "buddy/handoff.h"
#include "buddy/pageblocks.h"

namespace memmap::buddy {
namespace {

constexpr MigrateType kMovable = MigrateType::movable;

Block block(std::uint64_t pfn, unsigned order = 0) { return {pfn, order, kMovable}; }

std::vector<ListRun> only_list(const FreeLists& lists) {
  const OrderedLists all = lists.ordered();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? std::vector<ListRun>{} : all[0].runs;
}

TEST(FreeLists, WhatFollowsInListAndMemoryIsOneRun) {
  FreeLists rising;
  for (const std::uint64_t pfn : {4u, 5u, 6u}) rising.add(block(pfn), Place::tail);
  rising.add(block(3), Place::head);
  EXPECT_EQ(only_list(rising), (std::vector<ListRun>{{Pfn{3}, 4, false}}));
  EXPECT_EQ(rising.runs(), 1u);
  FreeLists falling;
  for (const std::uint64_t pfn : {4u, 5u, 6u}) falling.add(block(pfn), Place::head);
  falling.add(block(3), Place::tail);
  EXPECT_EQ(only_list(falling), (std::vector<ListRun>{{Pfn{6}, 4, true}}));
  EXPECT_EQ(falling.head(0, kMovable), 6u);
  EXPECT_EQ(falling.runs(), 1u);
}

TEST(FreeLists, SeveralBlocksContinueARunWhereTheyGoOnInItsOrder) {
  FreeLists rising;
  rising.append(block(0), 2);
  rising.append(block(2), 3);
  EXPECT_EQ(only_list(rising), (std::vector<ListRun>{{Pfn{0}, 5, false}}));
  FreeLists falling;
  falling.append(block(0), 1);
  falling.prepend(block(1), 2);
  falling.prepend(block(3), 2);
  EXPECT_EQ(only_list(falling), (std::vector<ListRun>{{Pfn{4}, 5, true}}));
  EXPECT_EQ(falling.nr_free(0), 5u);

  rising.prepend(block(5), 2);
  EXPECT_EQ(only_list(rising), (std::vector<ListRun>{{Pfn{6}, 2, true}, {Pfn{0}, 5, false}}));
  falling.append(block(5), 2);
  EXPECT_EQ(only_list(falling), (std::vector<ListRun>{{Pfn{4}, 5, true}, {Pfn{5}, 2, false}}));
  // By address they are one.
  for (const FreeLists* lists : {&rising, &falling}) {
    const FreeArea area = lists->ascending();
    ASSERT_EQ(area.size(), 1u);
    ASSERT_EQ(area[0].runs.size(), 1u);
    EXPECT_EQ(area[0].runs[0].first, Pfn{0});
    EXPECT_EQ(area[0].runs[0].count, 7u);
  }
}

TEST(FreeLists, ARunWithoutOneOfItsBlocksIsTwo) {
  for (const Place place : {Place::tail, Place::head}) {
    FreeLists lists;
    for (std::uint64_t i = 0; i < 5; ++i) lists.add(block(8 * i, 3), place);
    lists.remove(16, 3);
    const bool falls = place == Place::head;
    EXPECT_EQ(only_list(lists), falls
                                    ? (std::vector<ListRun>{{Pfn{32}, 2, true}, {Pfn{8}, 2, true}})
                                    : (std::vector<ListRun>{{Pfn{0}, 2}, {Pfn{24}, 2}}));
    EXPECT_FALSE(lists.at(23));
    EXPECT_EQ(lists.at(31)->pfn, 24u);
    EXPECT_EQ(lists.next(9, 100)->pfn, 24u);
    EXPECT_FALSE(lists.next(9, 31));
    EXPECT_EQ(lists.pages(), 32u);
    EXPECT_EQ(lists.nr_free(3), 4u);
    // Once it is back at an end it is no part of the middle.
    lists.add(block(16, 3), place);
    EXPECT_EQ(only_list(lists).size(), 3u);
  }
}

TEST(FreeLists, RunsThatARemovalBringsTogetherAreTold) {
  FreeLists lists;
  for (const std::uint64_t pfn : {1u, 2u, 9u, 3u, 4u}) lists.add(block(pfn), Place::tail);
  lists.remove(9, 0);
  EXPECT_EQ(only_list(lists), (std::vector<ListRun>{{Pfn{1}, 4}}));
}

TEST(FreeLists, ACopyIsItsOwn) {
  FreeLists lists;
  for (const std::uint64_t pfn : {1u, 2u, 3u}) lists.add(block(pfn), Place::tail);
  FreeLists copy = lists;
  copy.remove(2, 0);
  EXPECT_TRUE(lists.is_block(2, 0));
  EXPECT_FALSE(copy.is_block(2, 0));
  lists.remove(1, 0);
  EXPECT_TRUE(copy.is_block(1, 0));
}

TEST(PageblockTypes, AreUnmovableUntilTheyAreSet) {
  PageblockTypes types(2);
  EXPECT_EQ(types.type(0), MigrateType::unmovable);
  types.set(5, 13, kMovable);  // touches [4, 16)
  EXPECT_EQ(types.type(3), MigrateType::unmovable);
  EXPECT_EQ(types.type(4), kMovable);
  EXPECT_EQ(types.type(15), kMovable);
  EXPECT_EQ(types.type(16), MigrateType::unmovable);
  types.set(8, 12, MigrateType::cma);
  EXPECT_EQ(types.type(7), kMovable);
  EXPECT_EQ(types.type(11), MigrateType::cma);
  EXPECT_EQ(types.type(12), kMovable);
  const PageblockTypes part = types.part(8, 13);
  EXPECT_EQ(part.type(4), MigrateType::unmovable);
  EXPECT_EQ(part.type(8), MigrateType::cma);
  EXPECT_EQ(part.type(15), kMovable);
  EXPECT_EQ(part.type(16), MigrateType::unmovable);
}

// Pages [0, 4), [16, 28) and [40, 44): of four pages there are blocks at 0, at 24, where the eight
// pages from 16 on are free already, and at 40.
TEST(ListsOf, BeforeTailsWhatWillMergeSoonIsLast) {
  const auto order_two = [](kernel::Version version) {
    Options options;
    options.max_low_pfn = Pfn{64};
    options.behaviour = kernel::behaviour_of(version, 6);
    const auto pages = [](std::uint64_t start, std::uint64_t end) {
      return memblock::Region{PhysRange::make(start << kPageShift, end << kPageShift), 0, 0};
    };
    const std::vector<memblock::Region> memory = {pages(0, 64)};
    const std::vector<memblock::Region> reserved = {pages(4, 16), pages(28, 40), pages(44, 64)};
    const std::vector<zones::Node> nodes = {
        {0, Pfn{0}, 64, 64, {{zones::ZoneType::dma, Pfn{0}, 64, 64}}}};
    return lists_of(free_all(memory, reserved, nodes, options).zones[0])[0].runs;
  };
  using Runs = std::vector<ListRun>;
  EXPECT_EQ(order_two({5, 10, 0}), (Runs{{Pfn{0}, 1}, {Pfn{24}, 1}, {Pfn{40}, 1}}));
  EXPECT_EQ(order_two({5, 4, 0}), (Runs{{Pfn{40}, 1}, {Pfn{0}, 1}, {Pfn{24}, 1}}));
}

}  // namespace
}  // namespace memmap::buddy
