// One zone's free lists: where a block goes that comes back, and what a fallback leaves behind.
#include "buddy/zone_allocator.h"

#include <gtest/gtest.h>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

// 4096 pages of movable pageblocks, of which `free` are free.
ZoneAllocator movable_zone(const FreeArea& free) {
  PageblockTypes pageblocks;
  pageblocks.set(0, 4096, MigrateType::movable);
  return {FreeLists(free), pageblocks, {.spanned_pages = 4096, .behaviour = version(6, 12)}};
}

TEST(ZoneAllocator, AppendsEveryBlockOfTheLargestOrder) {
  for (const std::uint64_t blocks : {1u, 2u, 3u}) {
    ZoneAllocator z = movable_zone({});
    z.append(Pfn{0}, Pfn{blocks * 1024});
    EXPECT_EQ(z.free_pages(), blocks * 1024);
    EXPECT_EQ(z.lists().nr_free(10), blocks);
  }
}

// Page 0 waits for page 1, and would be four pages with 2 and 3 then. Page 16 has no such pair.
TEST(ZoneAllocator, APageThatWillMergeTwiceGoesToTheTail) {
  ZoneAllocator z = movable_zone(
      {{0, MigrateType::movable, {{Pfn{8}, 1}}}, {1, MigrateType::movable, {{Pfn{2}, 1}}}});
  z.free(Pfn{0}, 0);
  EXPECT_EQ(z.lists().head(0, MigrateType::movable), 8u);
  z.free(Pfn{16}, 0);
  EXPECT_EQ(z.lists().head(0, MigrateType::movable), 16u);
}

// kernel: boost_watermark(): by a pageblock, however low the high watermark is, once there is one.
TEST(ZoneAllocator, NothingIsBoostedBeforeThereIsAHighWatermark) {
  for (const std::uint64_t high : {0u, 1u}) {
    ZoneAllocator z = movable_zone({{3, MigrateType::movable, {{Pfn{8}, 1}}}});
    z.set_boost_limits(4096, high);
    ASSERT_TRUE(z.alloc(0, MigrateType::unmovable, {}));
    EXPECT_EQ(z.watermark_boost(), high == 0 ? 0u : 512u);
  }
}

}  // namespace
}  // namespace memmap::buddy
