// Whether a zone may serve a request: its watermarks, their boost, its reserves, and blocks of the order.
#include <gtest/gtest.h>

#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

TEST(Watermark, AndReservesKeepLowZones) {
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

// Takes single pages of DMA until `left` are free.
void leave(Allocator& a, std::uint64_t left) {
  const Request request{.highest = ZoneType::dma, .this_node = true, .mark = Mark::none};
  while (a.zones()[0].free.free_pages() > left && a.alloc(request)) {
  }
}

TEST(Watermark, HowDeepARequestMayGo) {
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

TEST(Watermark, PagesThatAreNoBlockServeNoOrder) {
  Machine m;
  leave(m.allocator, 0);
  for (std::uint64_t pfn = 0; pfn < 1000; pfn += 2) m.allocator.free(Pfn{pfn}, 0);
  const LiveZone& dma = m.allocator.zones()[0];
  EXPECT_EQ(dma.free.free_pages(), 500u);
  EXPECT_TRUE(m.allocator.watermark_ok(dma, {.order = 0, .highest = ZoneType::dma}));
  EXPECT_FALSE(m.allocator.watermark_ok(dma, {.order = 1, .highest = ZoneType::dma}));
  EXPECT_FALSE(m.allocator.alloc({.order = 1, .highest = ZoneType::dma, .this_node = true}));
}

// A pageblock of another type that a request has to claim raises the marks by a pageblock.
// kernel: boost_watermark(), zone_watermark_fast(), mm/page_alloc.c, v6.12
TEST(Watermark, ABoostHoldsForAllButAPageOfTheReserve) {
  Machine m;
  Allocator& a = m.allocator;
  const Request rest{.type = MigrateType::movable,
                     .highest = ZoneType::dma,
                     .this_node = true,
                     .mark = Mark::none};
  Request large = rest;
  a.set_watermarks(std::vector<Watermarks>(8, Watermarks{100, 200, 300, 400}),
                   std::vector<LowmemReserve>(8));
  for (const unsigned order : {10u, 10u, 10u, 9u, 8u}) {  // all but half a pageblock
    large.order = order;
    ASSERT_TRUE(a.alloc(large));
  }
  const LiveZone& dma = a.zones()[0];
  ASSERT_EQ(dma.free.free_pages(), 256u);
  ASSERT_EQ(dma.free.watermark_boost(), 0u);
  Request claim = rest;
  claim.type = MigrateType::unmovable;
  ASSERT_TRUE(a.alloc(claim));
  ASSERT_EQ(dma.free.watermark_boost(), 512u);
  a.free(Pfn{0}, 5);  // 287 are free, and blocks of each order up to that
  const auto ok = [&](Request request) {
    request.highest = ZoneType::dma;
    return a.watermark_ok(dma, request);
  };
  ASSERT_EQ(dma.free.free_pages(), 287u);
  EXPECT_FALSE(ok({.mark = Mark::min}));
  EXPECT_TRUE(ok({.mark = Mark::min, .min_reserve = true}));
  EXPECT_FALSE(ok({.mark = Mark::low, .min_reserve = true}));
  EXPECT_FALSE(ok({.order = 1, .mark = Mark::min, .min_reserve = true}));
  a.free(Pfn{512}, 9);
  ASSERT_EQ(dma.free.free_pages(), 799u);
  EXPECT_TRUE(ok({.mark = Mark::min}));
  EXPECT_TRUE(ok({.mark = Mark::low}));
  EXPECT_FALSE(ok({.mark = Mark::high}));  // 300 + 512
}

TEST(Watermark, ABlockOfTheOrderHasToBeOfATypeThatServes) {
  Machine m;
  leave(m.allocator, 0);
  for (std::uint64_t pfn = 0; pfn < 1000; pfn += 2) m.allocator.free(Pfn{pfn}, 0);
  const LiveZone& dma = m.allocator.zones()[0];
  const auto ok = [&](Request request) {
    request.order = 1;
    request.highest = ZoneType::dma;
    request.mark = Mark::min;
    return m.allocator.watermark_ok(dma, request);
  };
  EXPECT_FALSE(ok({.type = MigrateType::movable}));  // no CMA either
  EXPECT_FALSE(ok({.oom = true}));                   // no atomic reserve
  EXPECT_FALSE(ok({.highatomic = true}));
}

}  // namespace
}  // namespace memmap::buddy
