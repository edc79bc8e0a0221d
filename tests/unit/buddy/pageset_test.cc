// A processor's lists of a zone.
#include "buddy/pageset.h"

#include <gtest/gtest.h>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

// 4096 movable pages, nothing of them taken.
ZoneAllocator fresh_zone(const kernel::Behaviour& behaviour) {
  PageblockTypes pageblocks;
  pageblocks.set(0, 4096, MigrateType::movable);
  return {FreeLists(FreeArea{{10, MigrateType::movable, {{Pfn{0}, 4}}}}),
          pageblocks,
          {.spanned_pages = 4096, .behaviour = behaviour}};
}

struct Limits {
  std::uint64_t managed;
  std::uint64_t low;
  unsigned cpus;
  PagesetLimits old;  // with one limit
  PagesetLimits now;
};

// From /proc/zoneinfo: kernelcore-4G-61, plain-256M-61, numa-memless-2G-612.
TEST(PagesetLimits, AreTheKernels) {
  const Limits kCases[] = {
      {754602, 10592, 2, {63, 5296, 5296}, {63, 5296, 47162}},
      {3840, 53, 2, {1, 26, 26}, {1, 26, 240}},
      {48786, 516, 2, {15, 258, 258}, {15, 258, 3049}},
      {501411, 13972, 1, {63, 13972, 13972}, {63, 13972, 62676}},
      {0, 0, 0, {1, 4, 4}, {1, 4, 4}},
  };
  for (const Limits& c : kCases) {
    EXPECT_EQ(pageset_limits(c.managed, c.low, c.cpus, version(6, 1)), c.old) << c.managed;
    EXPECT_EQ(pageset_limits(c.managed, c.low, c.cpus, version(6, 12)), c.now) << c.managed;
  }
}

TEST(Pageset, TheBootsKeepsNothing) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    Pageset boot;
    const auto pfn = boot.alloc(z, 1, MigrateType::movable, {});
    ASSERT_TRUE(pfn);
    EXPECT_EQ(boot.count(), 0);
    EXPECT_EQ(z.free_pages(), 4094u);
    boot.free(z, *pfn, 1);
    EXPECT_EQ(boot.count(), 0);
    EXPECT_EQ(z.lists().nr_free(10), 4u);
  }
}

TEST(Pageset, TakesABatchAndServesItInOrder) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    Pageset mine;
    mine.set_limits({63, 252, 252});
    for (std::uint64_t p = 0; p < 63; ++p) {
      const auto pfn = mine.alloc(z, 0, MigrateType::movable, {});
      ASSERT_TRUE(pfn);
      EXPECT_EQ(raw(*pfn), p);
    }
    EXPECT_EQ(mine.count(), 0);
    EXPECT_EQ(z.free_pages(), 4096u - 63);
    // 63 pages are 31 blocks of two, of three orders more 7 of eight.
    ASSERT_TRUE(mine.alloc(z, 1, MigrateType::movable, {}));
    EXPECT_EQ(mine.count(), 60);
    ASSERT_TRUE(mine.alloc(z, 3, MigrateType::movable, {}));
    EXPECT_EQ(mine.count(), 60 + 48);
    // Huge pages come two at a time.
    ASSERT_TRUE(mine.alloc(z, 9, MigrateType::movable, {}));
    EXPECT_EQ(mine.count(), 60 + 48 + 512);
  }
}

TEST(Pageset, GivesBackTheOldestWhenItIsFull) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    std::vector<Pfn> taken;
    for (int i = 0; i < 20; ++i) taken.push_back(*z.alloc(0, MigrateType::movable, {}));
    Pageset mine;
    mine.set_limits({4, 16, 16});
    for (int i = 0; i < 15; ++i) mine.free(z, taken[static_cast<std::size_t>(i)], 0);
    EXPECT_EQ(mine.count(), 15);
    EXPECT_EQ(z.free_pages(), 4096u - 20);
    mine.free(z, taken[15], 0);
    EXPECT_LT(mine.count(), 16);
    EXPECT_TRUE(z.lists().at(0));
    EXPECT_FALSE(z.lists().at(15));
    EXPECT_EQ(z.free_pages() + static_cast<std::uint64_t>(mine.count()), 4096u - 4);
  }
}

// Since 6.7 what it takes at once doubles, and so does what it may keep.
TEST(Pageset, LearnsToTakeMore) {
  ZoneAllocator z = fresh_zone(version(6, 12));
  Pageset mine;
  mine.set_limits({4, 16, 64});
  std::uint64_t left = 4096;
  for (const std::uint64_t batch : {4u, 8u, 16u}) {
    left -= batch;
    for (std::uint64_t i = 0; i < batch; ++i) {
      ASSERT_TRUE(mine.alloc(z, 0, MigrateType::movable, {}));
      EXPECT_EQ(z.free_pages(), left) << batch << " " << i;
    }
  }
  EXPECT_EQ(mine.count(), 0);
}

// Of blocks that are freed one after the other.
TEST(Pageset, BlocksInARowAreGivenBackAtOnce) {
  ZoneAllocator z = fresh_zone(version(6, 12));
  std::vector<Pfn> blocks;
  std::vector<Pfn> pages;
  for (int i = 0; i < 2; ++i) blocks.push_back(*z.alloc(2, MigrateType::movable, {}));
  for (int i = 0; i < 16; ++i) pages.push_back(*z.alloc(0, MigrateType::movable, {}));
  Pageset mine;
  mine.set_limits({4, 16, 64});
  mine.free(z, blocks[0], 2);
  EXPECT_EQ(mine.count(), 4);
  mine.free(z, blocks[1], 2);
  EXPECT_EQ(mine.count(), 0);
  EXPECT_EQ(z.free_pages(), 4096u - 16);
  // Single pages are kept up to the limit, of which most go then: it has freed 24 in all.
  for (std::size_t i = 0; i < 15; ++i) mine.free(z, pages[i], 0);
  EXPECT_EQ(mine.count(), 15);
  mine.free(z, pages[15], 0);
  EXPECT_EQ(mine.count(), 16 - 12);
  // The limit has grown to what was freed of late.
  std::vector<Pfn> more;
  for (int i = 0; i < 20; ++i) more.push_back(*z.alloc(0, MigrateType::movable, {}));
  for (const Pfn pfn : more) mine.free(z, pfn, 0);
  EXPECT_EQ(mine.count(), 24);
}

TEST(Pageset, BeforeItLearnedABlockTookAllWithIt) {
  ZoneAllocator z = fresh_zone(version(6, 1));
  const Pfn block = *z.alloc(2, MigrateType::movable, {});
  std::vector<Pfn> pages;
  for (int i = 0; i < 16; ++i) pages.push_back(*z.alloc(0, MigrateType::movable, {}));
  Pageset mine;
  mine.set_limits({4, 16, 16});
  for (const Pfn pfn : pages) mine.free(z, pfn, 0);
  EXPECT_EQ(mine.count(), 12);
  mine.free(z, block, 2);
  EXPECT_EQ(mine.count(), 0);
  EXPECT_EQ(z.free_pages(), 4096u);
}

TEST(Pageset, ABlockThatFollowsNoOtherStays) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    const Pfn block = *z.alloc(2, MigrateType::movable, {});
    Pageset mine;
    mine.set_limits({4, 64, 64});
    mine.free(z, block, 2);
    EXPECT_EQ(mine.count(), 4);
  }
}

// PAGE_ALLOC_COSTLY_ORDER is 3. Single pages in a row stay.
TEST(Pageset, BlocksInARowAreThoseOfOrdersOneToThree) {
  for (const unsigned order : {0u, 1u, 2u, 3u}) {
    ZoneAllocator z = fresh_zone(version(6, 12));
    const Pfn first = *z.alloc(order, MigrateType::movable, {});
    const Pfn second = *z.alloc(order, MigrateType::movable, {});
    Pageset mine;
    mine.set_limits({2, 64, 64});
    mine.free(z, first, order);
    EXPECT_EQ(mine.count(), 1 << order);
    mine.free(z, second, order);
    EXPECT_EQ(mine.count(), order == 0 ? 2 : 0) << order;
  }
}

// Each request halves what counts as freed of late: 4 pages become 2, and a batch is 4.
TEST(Pageset, ARequestInBetweenEndsTheRow) {
  ZoneAllocator z = fresh_zone(version(6, 12));
  const Pfn first = *z.alloc(2, MigrateType::movable, {});
  const Pfn second = *z.alloc(2, MigrateType::movable, {});
  Pageset mine;
  mine.set_limits({4, 64, 64});
  mine.free(z, first, 2);
  ASSERT_TRUE(mine.alloc(z, 0, MigrateType::movable, {}));  // of a batch of 4
  mine.free(z, second, 2);
  EXPECT_EQ(mine.count(), 4 + 3 + 4);
}

// By order, then by type: behind the movable single pages come the reclaimable ones, and the
// unmovable ones last of all.
TEST(Pageset, GivesBackFromTheListThatWasFreedToOn) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    z.pageblocks().set(1024, 1536, MigrateType::unmovable);
    z.pageblocks().set(2048, 2560, MigrateType::reclaimable);
    Pageset mine;
    mine.set_limits({4, 16, 16});
    const auto keep = [&](std::uint64_t pfn) {
      ASSERT_TRUE(z.take_off(Pfn{pfn}));
      mine.free(z, Pfn{pfn}, 0);
    };
    for (std::uint64_t pfn = 1024; pfn < 1024 + 4; ++pfn) keep(pfn);
    for (std::uint64_t pfn = 2048; pfn < 2048 + 11; ++pfn) keep(pfn);
    EXPECT_EQ(mine.count(), 15);
    keep(0);
    // A batch, and since 6.7 as much as was freed of late: 16 - 4 at most.
    EXPECT_EQ(mine.count(), behaviour.pageset_tunes_itself ? 4 : 12);
    EXPECT_TRUE(z.lists().at(0));
    EXPECT_TRUE(z.lists().at(2048 + 2));
    for (std::uint64_t pfn = 1024; pfn < 1024 + 4; ++pfn) EXPECT_FALSE(z.lists().at(pfn)) << pfn;
  }
}

// What goes the first nine times that it is full, of pages that are freed in a row.
std::vector<std::int64_t> given_back(const kernel::Behaviour& behaviour) {
  ZoneAllocator z = fresh_zone(behaviour);
  std::vector<Pfn> taken;
  for (int i = 0; i < 1000; ++i) taken.push_back(*z.alloc(0, MigrateType::movable, {}));
  Pageset mine;
  mine.set_limits({2, 200, 200});
  std::vector<std::int64_t> all;
  for (const Pfn pfn : taken) {
    const std::int64_t before = mine.count() + 1;
    mine.free(z, pfn, 0);
    if (mine.count() < before) all.push_back(before - mine.count());
  }
  all.resize(9);
  return all;
}

TEST(Pageset, GivesBackTwiceAsMuchEachTime) {
  const std::vector<std::int64_t> without_end = {2, 4, 8, 16, 32, 64, 128, 198, 198};
  const std::vector<std::int64_t> bounded = {2, 4, 8, 16, 32, 64, 64, 64, 64};
  EXPECT_EQ(given_back(version(5, 14)), without_end);
  EXPECT_EQ(given_back(version(6, 1, 103)), without_end);
  EXPECT_EQ(given_back(version(6, 1, 104)), bounded);
  EXPECT_EQ(given_back(version(6, 6, 44)), without_end);
  EXPECT_EQ(given_back(version(6, 6, 45)), bounded);
}

// As on a machine with more processors than pages to share out.
TEST(Pageset, WithALimitBelowABatchAPageGoesAtATime) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    std::vector<Pfn> taken;
    for (int i = 0; i < 6; ++i) taken.push_back(*z.alloc(0, MigrateType::movable, {}));
    Pageset mine;
    mine.set_limits({8, 4, 4});
    for (const Pfn pfn : taken) mine.free(z, pfn, 0);
    EXPECT_EQ(mine.count(), 3);
    EXPECT_EQ(z.free_pages(), 4096u - 3);
  }
}

TEST(Pageset, KeepsNothingOfAnIsolatedPageblock) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    ZoneAllocator z = fresh_zone(behaviour);
    const Pfn pfn = *z.alloc(0, MigrateType::movable, {});
    z.pageblocks().set(raw(pfn), raw(pfn) + 1, MigrateType::isolate);
    Pageset mine;
    mine.set_limits({4, 16, 16});
    mine.free(z, pfn, 0);
    EXPECT_EQ(mine.count(), 0);
    EXPECT_TRUE(z.lists().at(raw(pfn)));
  }
}

}  // namespace
}  // namespace memmap::buddy
