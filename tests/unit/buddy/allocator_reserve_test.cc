// The reserve for atomic requests: how large a zone must be for one, and who may not count on it.
#include <gtest/gtest.h>

#include "buddy/deferred.h"
#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

// One Normal of that many pages.
Allocator normal_of(std::uint64_t size, kernel::Version version = {6, 12, 117}) {
  const memblock::Regions memory = {pages(0, size)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, size, size, {zone(ZoneType::normal, 0, size), {ZoneType::movable}}}};
  AllocatorOptions options = Machine::of(version);
  options.handoff.max_low_pfn = Pfn{size};
  return {memory, nodes, free_all(memory, {}, nodes, options.handoff), options};
}

constexpr Request kAtomic{.order = 4, .non_block = true, .min_reserve = true, .highatomic = true};

TEST(AtomicReserve, IsMadeInZonesOfAHundredPageblocks) {
  Allocator enough = normal_of(100 * 512);
  ASSERT_TRUE(enough.alloc(kAtomic));
  EXPECT_EQ(enough.zones()[0].reserved_highatomic, 512u);
  Allocator less = normal_of(100 * 512 - 1);
  ASSERT_TRUE(less.alloc(kAtomic));
  EXPECT_EQ(less.zones()[0].reserved_highatomic, 0u);
}

// kernel: __zone_watermark_unusable_free()
TEST(AtomicReserve, CountsForThoseThatMayUseReserves) {
  Allocator a = normal_of(100 * 512);
  ASSERT_TRUE(a.alloc(kAtomic));
  const LiveZone& z = a.zones()[0];
  const std::uint64_t free = 100 * 512 - 16;
  ASSERT_EQ(z.free.free_pages(), free);
  const auto with_min = [&](std::uint64_t min) {
    a.set_watermarks(std::vector<Watermarks>(2, Watermarks{min, min, min, min}),
                     std::vector<LowmemReserve>(2));
  };
  with_min(free - 1);
  EXPECT_FALSE(a.watermark_ok(z, {.mark = Mark::min}));
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min, .non_block = true}));
  with_min(2 * (free - 1));  // of which half may be used
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min, .min_reserve = true}));
  with_min(free - 513);  // without the pageblock's 512
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min}));
}

TEST(AtomicReserve, IsOnePageblockAtATime) {
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

// Since 6.8 in zones of which a hundredth is a pageblock and more.
TEST(AtomicReserve, GrowsToAHundredth) {
  Allocator a = normal_of(3 * kPagesPerSection);
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

// kernel: reserve_highatomic_pageblock()
TEST(AtomicReserve, HasTheBlocksPagesAndNoMoreThanItMay) {
  Allocator a = normal_of(100 * 512);
  Request atomic = kAtomic;
  atomic.order = 9;
  const LiveZone& z = a.zones()[0];
  const auto first = a.alloc(atomic);
  ASSERT_TRUE(first);
  EXPECT_EQ(z.reserved_highatomic, 512u);
  EXPECT_EQ(z.free.pageblocks().type(raw(first->pfn)), MigrateType::highatomic);
  EXPECT_NE(z.free.pageblocks().type(raw(first->pfn) + 512), MigrateType::highatomic);
  const auto second = a.alloc(atomic);  // a hundredth is reserved already
  ASSERT_TRUE(second);
  EXPECT_EQ(z.reserved_highatomic, 512u);
  EXPECT_NE(z.free.pageblocks().type(raw(second->pfn)), MigrateType::highatomic);
}

// A hundredth and a pageblock is 552 pages: where that is not reached, one more is reserved.
TEST(AtomicReserve, BeforeSixDotEightMayBeMoreThanAHundredth) {
  Allocator a = normal_of(4096, {6, 1, 0});
  Request atomic = kAtomic;
  atomic.order = 9;
  for (const std::uint64_t reserved : {512u, 1024u, 1024u}) {
    ASSERT_TRUE(a.alloc(atomic));
    EXPECT_EQ(a.zones()[0].reserved_highatomic, reserved);
  }
}

TEST(AtomicReserve, ServesThoseAloneThatMayUseIt) {
  Allocator a = normal_of(100 * 512);
  ASSERT_TRUE(a.alloc(kAtomic));
  while (a.alloc({.mark = Mark::none})) {
  }
  const LiveZone& z = a.zones()[0];
  ASSERT_EQ(z.free.free_pages(), 512u - 16);
  EXPECT_FALSE(a.watermark_ok(z, {.order = 3, .mark = Mark::min, .non_block = true}));
  EXPECT_TRUE(a.watermark_ok(z, {.order = 3, .mark = Mark::min, .oom = true}));
  EXPECT_TRUE(a.watermark_ok(z, {.order = 3, .mark = Mark::min, .highatomic = true}));
}

// A block of a pageblock that reaches beyond the zone: the pageblock is reserved, its other pages stay.
TEST(AtomicReserve, BeforeSixDotEightMayBeCutOff) {
  constexpr std::uint64_t kEnd = 4096 - 256;
  Allocator a = normal_of(kEnd, {6, 1, 0});
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

}  // namespace
}  // namespace memmap::buddy
