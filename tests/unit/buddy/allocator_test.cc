// Which zone serves a request, and what stays with a processor.
#include "buddy/allocator.h"

#include <gtest/gtest.h>

#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

TEST(Allocator, TakesNodesByDistanceAndZonesFromTheHighest) {
  Machine m;
  std::vector<std::uint64_t> taken;
  while (const auto got = m.allocator.alloc({.order = kAll, .nid = 0})) {
    taken.push_back(raw(got->pfn));
  }
  // Normal, DMA32, DMA, then the other node; each from the bottom, where its lists begin.
  ASSERT_EQ(taken.size(), 16u);
  EXPECT_EQ(taken.front(), kNormal);
  EXPECT_EQ(taken[1], kNormal + 1024);
  EXPECT_EQ(taken[4], kDma32);
  EXPECT_EQ(taken[8], 0u);
  EXPECT_EQ(taken[12], 3 * kDma32);
}

TEST(Allocator, ARequestKeepsToItsZonesAndItsNode) {
  Machine m;
  const auto dma = m.allocator.alloc({.order = 0, .highest = ZoneType::dma});
  ASSERT_TRUE(dma);
  EXPECT_EQ(m.type_of(dma), ZoneType::dma);
  EXPECT_EQ(raw(dma->pfn), 0u);
  EXPECT_FALSE(
      m.allocator.alloc({.order = 0, .nid = 1, .highest = ZoneType::dma32, .this_node = true}));
  const auto other = m.allocator.alloc({.order = 0, .nid = 1, .highest = ZoneType::dma32});
  ASSERT_TRUE(other);
  EXPECT_EQ(m.type_of(other), ZoneType::dma32);
}

TEST(Allocator, NormalMixesNoPageblocksBeforeItsOtherZonesWereTried) {
  Machine m;
  // All of Normal but half a pageblock, which is movable.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(m.allocator.alloc({.order = kAll}));
  ASSERT_TRUE(m.allocator.alloc({.order = 9, .type = MigrateType::movable}));
  const auto half = m.allocator.alloc({.order = 8, .type = MigrateType::movable});
  ASSERT_TRUE(half);
  EXPECT_EQ(m.type_of(half), ZoneType::normal);
  const auto got = m.allocator.alloc({.order = 0});
  ASSERT_TRUE(got);
  EXPECT_EQ(m.type_of(got), ZoneType::dma32);
  const auto movable = m.allocator.alloc({.order = 0, .type = MigrateType::movable});
  ASSERT_TRUE(movable);
  EXPECT_EQ(m.type_of(movable), ZoneType::normal);
}

TEST(Allocator, WhatAnExactSizeLeavesGoesToTheTails) {
  Machine m;
  const auto got = m.allocator.alloc_exact({.highest = ZoneType::dma}, 5);
  ASSERT_TRUE(got);
  const FreeLists& lists = m.allocator.zones()[got->zone].free.lists();
  EXPECT_EQ(lists.at(raw(got->pfn) + 4), std::nullopt);
  EXPECT_TRUE(lists.is_block(raw(got->pfn) + 5, 0));
  EXPECT_TRUE(lists.is_block(raw(got->pfn) + 6, 1));
  EXPECT_EQ(lists.pages(), 4096u - 5);
}

TEST(Allocator, CmaServesMovableRequestsAlone) {
  Machine m;
  const memblock::Regions reserved = {pages(1024, 3 * 1024, 0)};
  Allocator a(m.memory, m.nodes, free_all(m.memory, reserved, m.nodes, m.options.handoff),
              m.options);
  a.free_cma(Pfn{1024}, Pfn{3 * 1024});
  const LiveZone& dma = a.zones()[0];
  EXPECT_EQ(dma.managed_pages, 4096u);
  EXPECT_EQ(dma.free.lists().pages(MigrateType::cma), 2048u);
  // It merges with no other pageblocks.
  EXPECT_TRUE(dma.free.lists().is_block(1024, 10));
  const Request movable{
      .order = 0, .type = MigrateType::movable, .highest = ZoneType::dma, .this_node = true};
  // No more than half of what is free is CMA's: the others are first.
  const auto first = a.alloc(movable);
  ASSERT_TRUE(first);
  EXPECT_EQ(raw(first->pfn), 0u);
  const auto second = a.alloc(movable);
  ASSERT_TRUE(second);
  EXPECT_EQ(raw(second->pfn), 2048u);  // what was freed last
  std::uint64_t taken = 0;
  while (a.alloc({.order = 0, .highest = ZoneType::dma, .this_node = true})) ++taken;
  EXPECT_EQ(taken, 2048u - 1);
  EXPECT_EQ(dma.free.free_pages(), 2048u - 1);
  EXPECT_TRUE(
      a.watermark_ok(dma, {.order = 3, .type = MigrateType::movable, .highest = ZoneType::dma}));
  EXPECT_FALSE(a.watermark_ok(dma, {.order = 0, .highest = ZoneType::dma}));
}

TEST(Allocator, FreedPagesMergeAgain) {
  Machine m;
  const auto got = m.allocator.alloc({.order = 3, .highest = ZoneType::dma});
  ASSERT_TRUE(got);
  m.allocator.free(got->pfn, 3);
  const FreeArea after = m.allocator.zones()[0].free.lists().ascending();
  std::uint64_t pages = 0;
  for (const FreeList& l : after) {
    EXPECT_EQ(l.order, 10u);
    for (const FreeRun& r : l.runs) pages += r.count << l.order;
  }
  EXPECT_EQ(pages, 4096u);
}

TEST(Allocator, ProcessorsKeepPagesOnceTheyHaveListsOfTheirOwn) {
  Machine m;
  const LiveZone& dma = m.allocator.zones()[0];
  const Request request{.order = 3, .highest = ZoneType::dma};
  const auto before = m.allocator.alloc(request);
  ASSERT_TRUE(before);
  m.allocator.free_each(before->pfn, Pfn{raw(before->pfn) + 8});
  EXPECT_EQ(dma.free.free_pages(), 4096u);

  m.allocator.set_watermarks(std::vector<Watermarks>(8, Watermarks{100, 200, 300, 400}),
                             std::vector<LowmemReserve>(8));
  m.allocator.setup_pagesets();
  EXPECT_EQ(m.allocator.zones()[3].pageset.limits(), PagesetLimits{});  // it has no pages
  EXPECT_EQ(m.allocator.zones()[6].pageset.limits(),  // of one processor, behind it
            pageset_limits(4096, 200, 1, m.options.handoff.behaviour));
  const auto after = m.allocator.alloc(request);
  ASSERT_TRUE(after);
  m.allocator.free_each(after->pfn, Pfn{raw(after->pfn) + 8});
  EXPECT_EQ(dma.pageset.count(), 8);
  EXPECT_EQ(dma.free.free_pages(), 4096u - 8);
  // No processor keeps blocks of that size.
  const auto large = m.allocator.alloc({.order = 5, .highest = ZoneType::dma});
  ASSERT_TRUE(large);
  m.allocator.free(large->pfn, 5);
  EXPECT_EQ(dma.free.free_pages(), 4096u - 8);
}

TEST(Allocator, ReservedPagesThatAreFreedAreManagedFromThenOn) {
  Machine m;
  const memblock::Regions reserved = {pages(1024, 5 * 1024, 0)};
  Allocator a(m.memory, m.nodes, free_all(m.memory, reserved, m.nodes, m.options.handoff),
              m.options);
  EXPECT_EQ(a.zones()[0].managed_pages, 1024u);
  a.free_reserved(Pfn{1024}, Pfn{5 * 1024});  // of two zones
  EXPECT_EQ(a.zones()[0].managed_pages, 4096u);
  EXPECT_EQ(a.zones()[1].managed_pages, 4096u);
  EXPECT_EQ(a.zones()[0].free.lists().nr_free(10), 4u);
}

TEST(Allocator, APageIsTakenOffWhereItIsFreeMemory) {
  Machine m;
  memblock::Regions memory = m.memory;
  memory.push_back(pages(8 * kDma32, 9 * kDma32, 7));  // of a node that is not there
  Allocator a(memory, m.nodes, free_all(m.memory, {}, m.nodes, m.options.handoff), m.options);
  EXPECT_TRUE(a.take_off(Pfn{5}));
  EXPECT_FALSE(a.take_off(Pfn{5}));
  EXPECT_EQ(a.zones()[0].free.free_pages(), 4095u);
  EXPECT_FALSE(a.take_off(Pfn{4 * kDma32}));
  EXPECT_FALSE(a.take_off(Pfn{8 * kDma32}));
}

TEST(Allocator, AnExactSizeIsNoLargerThanTheLargestBlock) {
  Machine m;
  const Request request{.highest = ZoneType::dma, .this_node = true};
  EXPECT_FALSE(m.allocator.alloc_exact(request, 1025));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(m.allocator.alloc_exact(request, 1024));
  EXPECT_FALSE(m.allocator.alloc_exact(request, 1));
}

TEST(Allocator, OtherNodesFollowByTheDistanceThatIsGiven) {
  const memblock::Regions memory = {pages(0, 1024, 0), pages(1024, 2048, 1), pages(2048, 3072, 2)};
  std::vector<zones::Node> nodes;
  for (const auto& r : memory) {
    const std::uint64_t start = raw(pfn_up(r.range.base()));
    nodes.push_back(
        {r.nid,
         Pfn{start},
         1024,
         1024,
         {{ZoneType::dma32}, zone(ZoneType::normal, start, start + 1024), {ZoneType::movable}}});
  }
  AllocatorOptions options = Machine::of({6, 12, 117});
  options.distance = [](int from, int to) { return from == to ? 10 : to == 2 ? 15 : 30; };
  Allocator a(memory, nodes, free_all(memory, {}, nodes, options.handoff), options);
  std::vector<std::uint64_t> taken;
  while (const auto got = a.alloc({.order = kAll})) taken.push_back(raw(got->pfn));
  EXPECT_EQ(taken, (std::vector<std::uint64_t>{0, 2048, 1024}));
}

}  // namespace
}  // namespace memmap::buddy
