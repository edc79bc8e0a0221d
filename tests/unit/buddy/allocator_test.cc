// Which zone serves a request, and what stays with a processor.
#include "buddy/allocator.h"

#include <gtest/gtest.h>

#include "buddy/deferred.h"
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

TEST(Allocator, WatermarksAndReservesKeepLowZones) {
  Machine m;
  std::vector<Watermarks> marks(8, Watermarks{100, 200, 300, 400});
  std::vector<LowmemReserve> reserves(8);
  reserves[0] = {0, 1000, 3000, 3000};
  m.allocator.set_watermarks(marks, reserves);
  const LiveZone& dma = m.allocator.zones()[0];
  EXPECT_TRUE(m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::normal}));
  while (m.allocator.alloc({.order = 0, .highest = ZoneType::dma}) &&
         dma.free.free_pages() > 3200) {
  }
  EXPECT_FALSE(m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::normal}));
  EXPECT_TRUE(
      m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::normal, .mark = Mark::min}));
  EXPECT_TRUE(m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::dma}));
  // An order has its other pages to spare.
  EXPECT_FALSE(
      m.allocator.watermark_ok(dma, {.order = 7, .highest = ZoneType::normal, .mark = Mark::min}));
  EXPECT_TRUE(m.allocator.watermark_ok(
      dma, {.order = 5, .highest = ZoneType::normal, .mark = Mark::min, .min_reserve = true}));
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

TEST(Allocator, TheAtomicReserveIsOnePageblockAtATime) {
  for (const kernel::Version v : {kernel::Version{6, 1, 0}, kernel::Version{6, 12, 117}}) {
    Machine m(v);
    const Request atomic{.order = 4, .non_block = true, .min_reserve = true, .highatomic = true};
    const auto got = m.allocator.alloc(atomic);
    ASSERT_TRUE(got);
    const LiveZone& z = m.allocator.zones()[got->zone];
    // A hundredth of 4096 pages is no pageblock: since 6.8 nothing is reserved then.
    EXPECT_EQ(z.reserved_highatomic, v.minor == 1 ? 512u : 0u);
    EXPECT_EQ(z.free.lists().pages(MigrateType::highatomic), v.minor == 1 ? 512u - 16 : 0u);
  }
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

// Takes single pages of DMA until `left` are free.
void leave(Allocator& a, std::uint64_t left) {
  const Request request{.highest = ZoneType::dma, .this_node = true, .mark = Mark::none};
  while (a.zones()[0].free.free_pages() > left && a.alloc(request)) {
  }
}

TEST(Allocator, HowDeepARequestMayGo) {
  Machine m;
  m.allocator.set_watermarks(std::vector<Watermarks>(8, Watermarks{100, 200, 300, 400}),
                             std::vector<LowmemReserve>(8));
  const LiveZone& dma = m.allocator.zones()[0];
  const auto ok = [&](Request request) {
    request.highest = ZoneType::dma;
    return m.allocator.watermark_ok(dma, request);
  };
  leave(m.allocator, 301);
  EXPECT_TRUE(ok({.mark = Mark::high}));
  leave(m.allocator, 300);
  EXPECT_FALSE(ok({.mark = Mark::high}));
  EXPECT_TRUE(ok({.mark = Mark::low}));
  leave(m.allocator, 101);
  EXPECT_TRUE(ok({.mark = Mark::min}));
  leave(m.allocator, 100);
  EXPECT_FALSE(ok({.mark = Mark::min}));
  EXPECT_TRUE(ok({.mark = Mark::none}));
  leave(m.allocator, 51);
  EXPECT_TRUE(ok({.mark = Mark::min, .min_reserve = true}));
  EXPECT_TRUE(ok({.mark = Mark::min, .oom = true}));
  leave(m.allocator, 50);
  EXPECT_FALSE(ok({.mark = Mark::min, .min_reserve = true}));
  EXPECT_FALSE(ok({.mark = Mark::min, .oom = true}));
  EXPECT_TRUE(ok({.mark = Mark::min, .non_block = true, .min_reserve = true}));
  leave(m.allocator, 39);
  EXPECT_TRUE(ok({.mark = Mark::min, .non_block = true, .min_reserve = true}));
  leave(m.allocator, 38);
  EXPECT_FALSE(ok({.mark = Mark::min, .non_block = true, .min_reserve = true}));
  EXPECT_TRUE(ok({.mark = Mark::min, .min_reserve = true, .oom = true}));
  leave(m.allocator, 1);
  EXPECT_TRUE(ok({.mark = Mark::none}));
}

TEST(Allocator, PagesThatAreNoBlockServeNoOrder) {
  Machine m;
  leave(m.allocator, 0);
  for (std::uint64_t pfn = 0; pfn < 1000; pfn += 2) m.allocator.free(Pfn{pfn}, 0);
  const LiveZone& dma = m.allocator.zones()[0];
  EXPECT_EQ(dma.free.free_pages(), 500u);
  EXPECT_TRUE(m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::dma}));
  EXPECT_FALSE(m.allocator.watermark_ok(dma, {.order = 1, .highest = ZoneType::dma}));
  EXPECT_FALSE(m.allocator.alloc({.order = 1, .highest = ZoneType::dma, .this_node = true}));
}

// One node of four sections; the first is reserved, and the first deferred page is that behind it.
struct Deferring {
  static constexpr std::uint64_t kEnd = 4 * kPagesPerSection;
  memblock::Regions memory = {pages(0, kEnd, 0)};
  memblock::Regions reserved;
  std::vector<zones::Node> nodes = {
      {0, Pfn{0}, kEnd, kEnd, {zone(ZoneType::normal, 0, kEnd), {ZoneType::movable}}}};
  Allocator allocator;

  // `holes`: reserved pages behind the first section.
  explicit Deferring(kernel::Version version, const memblock::Regions& holes = {})
      : reserved(with_first_section(holes)),
        allocator(memory, nodes, handoff(version), of(version)) {}

  static memblock::Regions with_first_section(memblock::Regions holes) {
    holes.insert(holes.begin(), pages(0, kPagesPerSection, 0));
    return holes;
  }
  static AllocatorOptions of(kernel::Version version) {
    AllocatorOptions o = Machine::of(version);
    o.handoff.max_low_pfn = Pfn{kEnd};
    o.handoff.deferred_init = true;
    return o;
  }
  Handoff handoff(kernel::Version version) const {
    return free_all(memory, reserved, nodes, of(version).handoff);
  }
};

TEST(Allocator, DeferredPagesComeToTheTailsAndCountAsManaged) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection + 7, kPagesPerSection + 9, 0)});
  Allocator& a = m.allocator;
  const LiveZone& z = a.zones().front();
  EXPECT_EQ(z.managed_pages, 0u);
  a.free_deferred();
  EXPECT_EQ(z.managed_pages, 3 * kPagesPerSection - 2);
  EXPECT_EQ(z.free.free_pages(), 3 * kPagesPerSection - 2);
  EXPECT_EQ(z.free.lists().nr_free(10), 3 * kPagesPerSection / 1024 - 1);
  EXPECT_TRUE(z.deferred.empty());
}

// As with two gigantic pages in Normal, where a kernel's first table is in a section that it grew by.
TEST(Allocator, ZoneWithoutAPageGrowsByASection) {
  for (const kernel::Version version : {kernel::Version{6, 1, 192}, kernel::Version{6, 12, 117}}) {
    Deferring m(version);
    const auto got = m.allocator.alloc({});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->pfn, Pfn{kPagesPerSection});
    const LiveZone& z = m.allocator.zones().front();
    EXPECT_EQ(z.managed_pages, kPagesPerSection);
    EXPECT_EQ(z.free.free_pages(), kPagesPerSection - 1);
  }
}

// No watermark is asked there: it is the free lists that have nothing.
TEST(Allocator, ZoneGrowsByASectionWithoutAWatermarkToo) {
  Deferring m({6, 12, 117});
  const auto got = m.allocator.alloc({.mark = Mark::none});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->pfn, Pfn{kPagesPerSection});
  EXPECT_EQ(m.allocator.zones().front().managed_pages, kPagesPerSection);
}

TEST(Allocator, SectionWithLessIsNotEnough) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection, 2 * kPagesPerSection - 3, 0)});
  ASSERT_TRUE(m.allocator.alloc({}));
  const LiveZone& z = m.allocator.zones().front();
  EXPECT_EQ(z.managed_pages, kPagesPerSection + 3);
}

// Since 6.8 in zones of which a hundredth is a pageblock and more.
TEST(Allocator, TheAtomicReserveGrowsToAHundredth) {
  Deferring m({6, 12, 117});
  Allocator& a = m.allocator;
  a.free_deferred();
  const LiveZone& z = a.zones().front();
  Request atomic{.order = 4, .non_block = true, .min_reserve = true, .highatomic = true};
  const auto first = a.alloc(atomic);
  ASSERT_TRUE(first);
  EXPECT_EQ(z.reserved_highatomic, 512u);
  const auto second = a.alloc(atomic);  // out of the reserve
  ASSERT_TRUE(second);
  EXPECT_EQ(raw(second->pfn) / 512, raw(first->pfn) / 512);
  EXPECT_EQ(z.reserved_highatomic, 512u);
  atomic.order = 10;
  const auto large = a.alloc(atomic);
  ASSERT_TRUE(large);
  EXPECT_EQ(z.reserved_highatomic, 512u + 1024);
  EXPECT_EQ(z.free.pageblocks().type(raw(large->pfn) + 512), MigrateType::highatomic);
  ASSERT_TRUE(a.alloc(atomic));  // of a hundredth there is no more
  EXPECT_EQ(z.reserved_highatomic, 512u + 1024);

  while (a.alloc({.order = 4, .mark = Mark::none})) {
  }
  const std::uint64_t reserve = z.free.lists().pages(MigrateType::highatomic);
  EXPECT_EQ(reserve, 512u - 32);
  EXPECT_FALSE(a.alloc({.order = 4, .mark = Mark::min}));
  EXPECT_TRUE(a.alloc({.order = 4, .mark = Mark::none, .non_block = true}));
  EXPECT_TRUE(a.alloc({.order = 4, .mark = Mark::min, .oom = true}));
  EXPECT_EQ(z.free.lists().pages(MigrateType::highatomic), reserve - 32);
}

// A block of a pageblock that reaches beyond the zone: the pageblock is reserved, its other pages stay.
TEST(Allocator, TheAtomicReserveBeforeSixDotEightMayBeCutOff) {
  constexpr std::uint64_t kEnd = 4096 - 256;
  const memblock::Regions memory = {pages(0, kEnd)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, kEnd, kEnd, {zone(ZoneType::normal, 0, kEnd), {ZoneType::movable}}}};
  const AllocatorOptions options = Machine::of({6, 1, 0});
  Allocator a(memory, nodes, free_all(memory, {}, nodes, options.handoff), options);
  const auto got = a.alloc({.order = 4,
                            .type = MigrateType::movable,
                            .non_block = true,
                            .min_reserve = true,
                            .highatomic = true});
  ASSERT_TRUE(got);
  const LiveZone& z = a.zones().front();
  EXPECT_EQ(raw(got->pfn), kEnd - 256);
  EXPECT_EQ(z.reserved_highatomic, 512u);
  EXPECT_EQ(z.free.pageblocks().type(raw(got->pfn)), MigrateType::highatomic);
  EXPECT_EQ(z.free.lists().pages(MigrateType::highatomic), 0u);
}

// As after a race that the kernel tells of: a movable block in a pageblock of the atomic reserve.
TEST(Allocator, AFallbackLeavesTheAtomicReserveItsPageblock) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    PageblockTypes pageblocks;
    pageblocks.set(0, 512, MigrateType::highatomic);
    ZoneAllocator z(FreeLists(FreeArea{{3, MigrateType::movable, {{Pfn{8}, 1}}}}), pageblocks,
                    {.spanned_pages = 512, .behaviour = behaviour});
    const auto got = z.alloc(0, MigrateType::unmovable, {});
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, Pfn{8});
    EXPECT_EQ(z.pageblocks().type(8), MigrateType::highatomic);
    // Since 6.10 what a fallback splits stays with its own type.
    const auto rest =
        behaviour.lists_follow_pageblocks ? MigrateType::movable : MigrateType::unmovable;
    EXPECT_EQ(z.lists().pages(rest), 7u);
  }
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

// The last pages of all: three sections' blocks, then nothing.
TEST(Allocator, ZoneGrowsUntilNothingIsDeferred) {
  Deferring m({6, 12, 117});
  Request whole{.order = kAll};
  for (std::uint64_t i = 0; i < 3 * kPagesPerSection / 1024; ++i) {
    ASSERT_TRUE(m.allocator.alloc(whole)) << i;
  }
  EXPECT_FALSE(m.allocator.alloc(whole));
}

}  // namespace
}  // namespace memmap::buddy
