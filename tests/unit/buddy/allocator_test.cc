// Which zone serves a request, and what stays with a processor.
#include "buddy/allocator.h"

#include <gtest/gtest.h>

#include "buddy/deferred.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

constexpr std::uint64_t kDma32 = 4096;       // where DMA32 begins, in page frames
constexpr std::uint64_t kNormal = 8 * 1024;  // not where it does on a machine

zones::Zone zone(ZoneType type, std::uint64_t start, std::uint64_t end) {
  return {type, Pfn{start}, end - start, end - start};
}

memblock::Region pages(std::uint64_t start, std::uint64_t end, int nid) {
  return {PhysRange::make(start << kPageShift, end << kPageShift), 0, nid};
}

// Two nodes of DMA, DMA32, Normal and of Normal alone, 4096 pages a zone; nothing is reserved.
struct Machine {
  memblock::Regions memory = {pages(0, 3 * kDma32, 0), pages(3 * kDma32, 4 * kDma32, 1)};
  std::vector<zones::Node> nodes = {{0,
                                     Pfn{0},
                                     3 * kDma32,
                                     3 * kDma32,
                                     {zone(ZoneType::dma, 0, kDma32),
                                      zone(ZoneType::dma32, kDma32, 2 * kDma32),
                                      zone(ZoneType::normal, 2 * kDma32, 3 * kDma32),
                                      {ZoneType::movable}}},
                                    {1,
                                     Pfn{3 * kDma32},
                                     kDma32,
                                     kDma32,
                                     {{ZoneType::dma},
                                      {ZoneType::dma32},
                                      zone(ZoneType::normal, 3 * kDma32, 4 * kDma32),
                                      {ZoneType::movable}}}};
  AllocatorOptions options{};
  Allocator allocator;

  explicit Machine(kernel::Version version = {6, 12, 117})
      : options(of(version)),
        allocator(memory, nodes, free_all(memory, {}, nodes, options.handoff), options) {}

  static AllocatorOptions of(kernel::Version version) {
    AllocatorOptions o;
    o.handoff.max_low_pfn = Pfn{4 * kDma32};
    o.handoff.behaviour = kernel::behaviour_of(version, 6);
    return o;
  }
  ZoneType type_of(const std::optional<Allocation>& got) const {
    return allocator.zones()[got->zone].type;
  }
};

constexpr unsigned kAll = 10;  // 1024 pages: four are a zone

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

TEST(Allocator, SectionWithLessIsNotEnough) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection, 2 * kPagesPerSection - 3, 0)});
  ASSERT_TRUE(m.allocator.alloc({}));
  const LiveZone& z = m.allocator.zones().front();
  EXPECT_EQ(z.managed_pages, kPagesPerSection + 3);
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
