// A processor's lists of a zone.
#include "buddy/pageset.h"

#include <gtest/gtest.h>

namespace memmap::buddy {
namespace {

kernel::Behaviour version(unsigned major, unsigned minor) {
  return kernel::behaviour_of(kernel::Version{major, minor, 0}, 6);
}

// 4096 movable pages, nothing of them taken.
ZoneAllocator zone(const kernel::Behaviour& behaviour) {
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
    ZoneAllocator z = zone(behaviour);
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
    ZoneAllocator z = zone(behaviour);
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
    ZoneAllocator z = zone(behaviour);
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

}  // namespace
}  // namespace memmap::buddy
