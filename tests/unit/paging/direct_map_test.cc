#include "paging/direct_map.h"

#include <gtest/gtest.h>

#include "paging/kernel_map.h"

namespace memmap::paging {
namespace {

constexpr std::uint32_t kDirectMapData = kWritable | kNoExecute | kGlobal;

Mapping at(VirtAddr offset, std::uint64_t phys, std::uint64_t page, std::uint64_t pages,
           std::uint32_t flags = kDirectMapData) {
  return {VirtAddr{raw(offset) + phys}, PhysAddr{phys}, page, pages, flags};
}

std::vector<PhysRange> pc(std::uint64_t below, std::uint64_t above) {
  std::vector<PhysRange> memory = {PhysRange::make(0x1000, 0x9f000),
                                   PhysRange::make(0x100000, below)};
  if (above > 4 * kGiB) memory.push_back(PhysRange::make(4 * kGiB, above));
  return memory;
}

DirectMapOptions options(std::uint64_t top) {
  DirectMapOptions o;
  o.max_pfn = Pfn{top >> kPageShift};
  o.top_end = top_block_end(PhysAddr{((top >> 21) - 1) << 21}, o.max_pfn);
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c20000 + (brk_table_pages({}) << kPageShift));
  return o;
}

// Real boots' mappings: 4 GiB with and without 1 GiB pages, 5 levels, less than 1 GiB.
TEST(DirectMap, FourGigabytes) {
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), options(0x140000000));
  EXPECT_EQ(d.mappings,
            (Mappings{at(kPageOffset4, 0, kSize4K, 512), at(kPageOffset4, 0x200000, kSize2M, 1534),
                      at(kPageOffset4, 0xbfe00000, kSize4K, 480),
                      at(kPageOffset4, 0x100000000, kSize2M, 512)}));
  EXPECT_EQ(raw(d.max_pfn_mapped), 0x140000u);
  EXPECT_EQ(raw(d.max_low_pfn_mapped), 0xbffe0u);
}

// Of real boots, before the first split: pages are counted once; of 1 GiB, once for each step that comes
// upon them.
TEST(DirectMap, CountsPagesAsTheKernelDoes) {
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), options(0x140000000));
  EXPECT_EQ(d.pages.of(1), 512u + 480u);
  EXPECT_EQ(d.pages.of(2), 1534u + 512u);
  EXPECT_EQ(d.pages.of(3), 0u);
  DirectMapOptions with = options(0x180000000);
  with.features.gbpages = true;
  const DirectMap large = direct_map(pc(0x7ffe0000, 0x180000000), with);
  EXPECT_EQ(large.pages.of(1), 512u + 480u);
  EXPECT_EQ(large.pages.of(2), 1022u);
  EXPECT_EQ(large.pages.of(3), 4u);
}

// The same boot: four tables from the brk, then the low memory, in which the rest of the brk's
// pages lies, takes three from memblock.
TEST(DirectMap, TablesOfFourGigabytes) {
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), options(0x140000000));
  EXPECT_EQ(d.brk_tables_used, 4u);
  ASSERT_EQ(d.steps.front().tables.size(), 3u);
  EXPECT_EQ(d.steps.front().tables[0].level, 3u);
  EXPECT_EQ(d.steps.front().tables[1].level, 2u);
  EXPECT_EQ(d.steps.front().tables[2].level, 1u);
  EXPECT_EQ(d.steps.front().tables[2].virt, kPageOffset4);
  const std::vector<TableRequest>& low = d.steps[3].tables;
  ASSERT_EQ(low.size(), 2u);
  EXPECT_EQ(low[0].virt, VirtAddr{raw(kPageOffset4) + 0x40000000});
  EXPECT_EQ(low[0].level, 2u);
  EXPECT_EQ(low[0].count, 2u);
  EXPECT_EQ(low[1].virt, VirtAddr{raw(kPageOffset4) + 0xbfe00000});
  EXPECT_EQ(low[1].level, 1u);
  EXPECT_EQ(low[1].count, 1u);
  for (const TableRequest& t : low) {
    EXPECT_FALSE(t.from_brk_tables);
    EXPECT_FALSE(t.may_extend_brk);
    // Only memory that the steps before have mapped.
    EXPECT_EQ(t.limits, PhysRange::make(0x120000000, 0x140000000));
  }
}

TEST(DirectMap, StepsGrowFromTheTop) {
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), options(0x140000000));
  std::vector<PhysRange> ranges;
  for (const MapStep& s : d.steps) ranges.push_back(s.range);
  EXPECT_EQ(ranges,
            (std::vector<PhysRange>{
                PhysRange::make(0, 0x100000), PhysRange::make(0x13fe00000, 0x140000000),
                PhysRange::make(0x120000000, 0x13fe00000), PhysRange::make(0x100000, 0xbffe0000),
                PhysRange::make(0x100000000, 0x120000000)}));
}

TEST(DirectMap, TablesThatTheBrkDoesNotHold) {
  DirectMapOptions o = options(0x140000000);
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c20000 + 4 * kPageSize);
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), o);
  EXPECT_EQ(d.brk_tables_used, 4u);
  for (const TableRequest& t : d.steps[3].tables) {
    EXPECT_FALSE(t.from_brk_tables);
    EXPECT_TRUE(t.may_extend_brk);  // nothing of it is left that could be in the way
  }
}

// A run of tables that the brk area ends in: the rest is memblock's.
TEST(DirectMap, TablesOfARunThatTheBrkHoldsInPart) {
  DirectMapOptions o = options(8ull << 30);
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c20000 + 5 * kPageSize);
  o.direction = Direction::bottom_up;
  o.kernel_end = PhysAddr{0x4000000};
  const DirectMap d = direct_map(std::vector{PhysRange::make(0x100000, 8ull << 30)}, o);
  std::vector<TableRequest> far;
  for (const MapStep& s : d.steps) {
    for (const TableRequest& t : s.tables) {
      if (t.virt >= VirtAddr{raw(kPageOffset4) + kSize1G}) far.push_back(t);
    }
  }
  ASSERT_EQ(far.size(), 2u);
  EXPECT_TRUE(far[0].from_brk_tables);
  EXPECT_EQ(far[0].count, 2u);
  EXPECT_FALSE(far[1].from_brk_tables);
  EXPECT_EQ(far[1].count, 5u);
  EXPECT_EQ(far[1].virt, VirtAddr{raw(kPageOffset4) + 3 * kSize1G});
  EXPECT_TRUE(far[0].limits.empty());
  EXPECT_FALSE(far[1].limits.empty());
  EXPECT_EQ(d.brk_tables_used, 5u);
}

// Pages of the brk that are left lie in the range to be mapped: the kernel must not use them there.
TEST(DirectMap, BrkInsideTheRangeIsNotUsed) {
  DirectMapOptions o = options(0x8000000);
  o.brk_tables = PhysRange::make(0x5c20000, 0x5c30000);
  const DirectMap d = direct_map(pc(0x8000000, 0), o);
  for (const MapStep& s : d.steps) {
    for (const TableRequest& t : s.tables) {
      EXPECT_EQ(t.may_extend_brk, !s.range.contains(PhysAddr{0x5c30000 - 1})) << raw(t.virt);
    }
  }
}

TEST(DirectMap, GigabytePages) {
  DirectMapOptions o = options(0x140000000);
  o.features.gbpages = true;
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), o);
  EXPECT_EQ(
      d.mappings,
      (Mappings{
          at(kPageOffset4, 0, kSize4K, 512), at(kPageOffset4, 0x200000, kSize2M, 511),
          at(kPageOffset4, 0x40000000, kSize1G, 1), at(kPageOffset4, 0x80000000, kSize2M, 511),
          at(kPageOffset4, 0xbfe00000, kSize4K, 480), at(kPageOffset4, 0x100000000, kSize1G, 1)}));
}

TEST(DirectMap, FiveLevelsTakeOneTableMore) {
  DirectMapOptions o = options(0x140000000);
  o.features.la57 = true;
  o.page_offset = kPageOffset5;
  const DirectMap d = direct_map(pc(0xbffe0000, 0x140000000), o);
  EXPECT_EQ(d.mappings.front(), at(kPageOffset5, 0, kSize4K, 512));
  EXPECT_EQ(d.brk_tables_used, 5u);
  EXPECT_EQ(d.steps.front().tables.front().level, 4u);
}

TEST(DirectMap, SmallPagesOnly) {
  DirectMapOptions o = options(0x8000000);
  o.features.pse = false;
  const DirectMap d = direct_map(pc(0x8000000, 0), o);
  EXPECT_EQ(d.mappings, (Mappings{at(kPageOffset4, 0, kSize4K, 0x8000)}));
}

TEST(DirectMap, FlagsFollowTheProcessor) {
  DirectMapOptions o = options(0x8000000);
  o.features.nx = false;
  o.features.pti = true;
  const DirectMap d = direct_map(pc(0x8000000, 0), o);
  for (const Mapping& m : d.mappings) EXPECT_EQ(m.flags, static_cast<std::uint32_t>(kWritable));
}

TEST(DirectMap, BottomUpStartsAboveTheKernel) {
  DirectMapOptions o = options(0x40000000);
  o.direction = Direction::bottom_up;
  o.kernel_end = PhysAddr{0x3c30000};
  const DirectMap d = direct_map(pc(0x40000000, 0), o);
  EXPECT_EQ(d.mappings, (Mappings{at(kPageOffset4, 0, kSize4K, 512),
                                  at(kPageOffset4, 0x200000, kSize2M, 511)}));
  ASSERT_GT(d.steps.size(), 2u);
  EXPECT_EQ(d.steps[1].range, PhysRange::make(0x3c30000, 0x3e00000));
  EXPECT_EQ(d.steps.back().range, PhysRange::make(0x400000, 0x3c30000));
}

// Steps of 2 MiB through 32 TiB would be sixteen million.
TEST(DirectMap, HolesAreSteppedOver) {
  constexpr std::uint64_t kFar = 32 * 1024 * kGiB;
  const std::vector<PhysRange> memory = {PhysRange::make(kMiB, 63 * kMiB),
                                         PhysRange::make(kFar, kFar + 2 * kSize2M)};
  DirectMapOptions o = options(kFar + 2 * kSize2M);
  o.direction = Direction::bottom_up;
  o.kernel_end = PhysAddr{62 * kMiB};
  const DirectMap up = direct_map(memory, o);
  // The first MiB; above the kernel 1 MiB, and in two steps what is far; below it, 1, 2 and 58 MiB.
  ASSERT_EQ(up.steps.size(), 7u);
  EXPECT_EQ(up.steps[2].range, PhysRange::make(kFar, kFar + kSize2M));
  o.direction = Direction::top_down;
  const DirectMap down = direct_map(memory, o);
  EXPECT_EQ(down.mappings, up.mappings);
  ASSERT_EQ(down.steps.size(), 4u);
  EXPECT_EQ(down.steps[3].range, memory[0]);
  // Tables for it may lie in what is mapped, down to where the step began that found it.
  EXPECT_EQ(down.steps[3].tables.back().limits.end(), PhysAddr{kFar + 2 * kSize2M});
}

TEST(DirectMap, NoMemoryMapsTheFirstMegabyte) {
  DirectMapOptions o;
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c30000);
  const DirectMap d = direct_map({}, o);
  EXPECT_EQ(d.mappings, (Mappings{at(kPageOffset4, 0, kSize4K, 256)}));
  // Top-down max_pfn_mapped begins at 0 again, behind the first MiB.
  EXPECT_EQ(d.max_pfn_mapped, Pfn{0});
  EXPECT_EQ(d.max_low_pfn_mapped, Pfn{0x100});
}

TEST(DirectMap, TopBlockEnd) {
  EXPECT_EQ(raw(top_block_end(PhysAddr{0x13fe00000}, Pfn{0x140000})), 0x140000000u);
  EXPECT_EQ(raw(top_block_end(PhysAddr{0}, Pfn{0x3ffe0})), 0x3fe00000u);
  EXPECT_EQ(raw(top_block_end(PhysAddr{0}, Pfn{0x10})), 0x100000u);
}

TEST(KernelMap, WholeLargePages) {
  const Mappings m =
      kernel_map(VirtAddr{0xffffffff81000000}, PhysAddr{0x1600000}, VirtAddr{0xffffffff83c20000});
  EXPECT_EQ(m, (Mappings{{VirtAddr{0xffffffff81000000}, PhysAddr{0x1600000}, kSize2M, 23,
                          kWritable | kGlobal}}));
  EXPECT_EQ(
      kernel_map(VirtAddr{0xffffffff81001000}, PhysAddr{0x1601000}, VirtAddr{0xffffffff83c20000}),
      m);
  EXPECT_TRUE(kernel_map(kStartKernelMap, PhysAddr{0}, kStartKernelMap).empty());
}

}  // namespace
}  // namespace memmap::paging
