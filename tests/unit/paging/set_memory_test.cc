#include "paging/set_memory.h"

#include <gtest/gtest.h>

namespace memmap::paging {
namespace {

constexpr std::uint64_t kText = 0xffffffff81000000;
constexpr std::uint64_t kDirect = 0xffff888000000000;
constexpr std::uint64_t kPhys = 0x1000000;
constexpr std::uint32_t kSetMemoryData = kWritable | kNoExecute | kGlobal;
constexpr std::uint32_t kCode = kWritable | kGlobal;

// Code, read-only data from 2 MiB on, data from 4 MiB on, all in pages of 2 MiB.
ImagePlaces places() {
  return {.text = VirtAddr{kText},
          .phys = PhysAddr{kPhys},
          .etext = VirtAddr{kText + 0x1ff800},
          .start_rodata = VirtAddr{kText + kSize2M},
          .end_rodata = VirtAddr{kText + kSize2M + 0x5000},
          .brk_end = VirtAddr{kText + 3 * kSize2M}};
}

struct Space {
  AddressSpace tables{4};
  SetMemory memory{tables, places(), {PhysRange::make(0, 64 << 20)}, true};

  Space() {
    tables.map({VirtAddr{kDirect}, PhysAddr{0}, kSize2M, 32, kSetMemoryData});
    tables.map({VirtAddr{kText}, PhysAddr{kPhys}, kSize2M, 3, kCode});
  }
  std::uint32_t flags(std::uint64_t virt) const { return tables.find(VirtAddr{virt})->flags; }
  std::uint64_t page_size(std::uint64_t virt) const {
    return tables.find(VirtAddr{virt})->page_size;
  }
};

TEST(SetMemory, ChangesAWholeLargePageAndItsAlias) {
  Space s;
  s.memory.ro(VirtAddr{kText}, 512);
  EXPECT_EQ(s.flags(kText), kGlobal);
  EXPECT_EQ(s.page_size(kText), kSize2M);
  EXPECT_EQ(s.flags(kDirect + kPhys), kNoExecute | kGlobal);
  EXPECT_EQ(s.page_size(kDirect + kPhys), kSize2M);
  EXPECT_EQ(s.flags(kText + kSize2M), kCode);
}

TEST(SetMemory, SplitsWhatIsChangedInPart) {
  Space s;
  s.memory.ro(VirtAddr{kText + 2 * kSize2M + 0x3000}, 1);
  EXPECT_EQ(s.page_size(kText + 2 * kSize2M), kSize4K);
  EXPECT_EQ(s.flags(kText + 2 * kSize2M + 0x2fff), kCode);
  EXPECT_EQ(s.flags(kText + 2 * kSize2M + 0x3000), kGlobal);
  EXPECT_EQ(s.flags(kText + 2 * kSize2M + 0x4000), kCode);
  EXPECT_EQ(s.page_size(kDirect + kPhys + 2 * kSize2M), kSize4K);
  const std::optional<TablePage> table = s.tables.table(1, VirtAddr{kText + 2 * kSize2M});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->origin, TableOrigin::page_allocator);
}

TEST(SetMemory, LeavesALargePageThatIsSoAlready) {
  Space s;
  s.memory.rw(VirtAddr{kDirect + 0x5000}, 3);
  s.memory.nx(VirtAddr{kDirect + 0x5000}, 3);
  EXPECT_EQ(s.page_size(kDirect), kSize2M);
}

TEST(SetMemory, CodeIsNeverMadeNoExecute) {
  Space s;
  s.memory.nx(VirtAddr{kText}, 3 * 512);
  EXPECT_EQ(s.flags(kText), kCode);  // its last bytes too, since they share a page with code
  EXPECT_EQ(s.flags(kText + 0x1ff000), kCode);
  EXPECT_EQ(s.page_size(kText), kSize4K);  // split since it may not be changed as a whole
  EXPECT_EQ(s.flags(kText + kSize2M), kSetMemoryData);
  EXPECT_EQ(s.page_size(kText + kSize2M), kSize2M);
}

TEST(SetMemory, ReadOnlyDataStaysSo) {
  Space s;
  s.memory.ro(VirtAddr{kText}, 2 * 512);
  s.memory.keep_read_only();
  s.memory.rw(VirtAddr{kText + kSize2M}, 512);
  EXPECT_EQ(s.flags(kText + kSize2M), kGlobal);
  EXPECT_EQ(s.flags(kText + kSize2M + 0x5000), kCode);  // behind it: freed memory
  EXPECT_EQ(s.flags(kDirect + kPhys + kSize2M + 0x4000), kNoExecute | kGlobal);
}

TEST(SetMemory, SplitsPagesOf1GTwice) {
  AddressSpace tables(4);
  tables.map({VirtAddr{kDirect}, PhysAddr{0}, kSize1G, 2, kSetMemoryData});
  SetMemory memory(tables, places(), {PhysRange::make(0, 2 * kSize1G)}, true);
  memory.ro(VirtAddr{kDirect + kSize1G + kSize2M + kSize4K}, 1);
  EXPECT_EQ(tables.find(VirtAddr{kDirect})->page_size, kSize1G);
  EXPECT_EQ(tables.find(VirtAddr{kDirect + kSize1G})->page_size, kSize2M);
  EXPECT_EQ(tables.find(VirtAddr{kDirect + kSize1G + kSize2M})->page_size, kSize4K);
  EXPECT_EQ(tables.find(VirtAddr{kDirect + 2 * kSize1G - 1})->page_size, kSize2M);
}

// Splits of the image's own mapping too; those of what is no memory are not counted.
TEST(SetMemory, CountsSplitsAsTheDirectMaps) {
  Space s;
  DirectPages count;
  count.add(2, 32);
  SetMemory memory(s.tables, places(), {PhysRange::make(0, 64 << 20)}, true, &count);
  memory.ro(VirtAddr{kText + 2 * kSize2M + 0x3000}, 1);
  EXPECT_EQ(count.of(2), 30u);
  EXPECT_EQ(count.of(1), 2 * 512u);
  s.tables.map({VirtAddr{kDirect + kSize1G}, PhysAddr{kSize1G}, kSize2M, 1, kSetMemoryData});
  memory.ro(VirtAddr{kDirect + kSize1G}, 1);
  EXPECT_EQ(count.of(2), 30u);
}

TEST(DirectPages, OfASizeThatHasNoneNoneIsSplit) {
  DirectPages count;
  count.split(3);
  EXPECT_EQ(count.of(3), 0u);
  EXPECT_EQ(count.of(2), 0u);
}

TEST(SetMemory, UnmapsWithAndWithoutTheAlias) {
  Space s;
  s.memory.np_noalias(VirtAddr{kText + 2 * kSize2M}, 512);
  EXPECT_EQ(s.tables.find(VirtAddr{kText + 2 * kSize2M}), nullptr);
  EXPECT_NE(s.tables.find(VirtAddr{kDirect + kPhys + 2 * kSize2M}), nullptr);
  s.memory.np(VirtAddr{kDirect + 0x400000}, 2);
  EXPECT_EQ(s.tables.find(VirtAddr{kDirect + 0x401fff}), nullptr);
  EXPECT_NE(s.tables.find(VirtAddr{kDirect + 0x402000}), nullptr);
}

TEST(SetMemory, WhereNothingIsMappedNothingChanges) {
  Space s;
  const Mappings before = s.tables.mappings();
  s.memory.ro(VirtAddr{kDirect + (1ull << 40)}, 5);
  EXPECT_EQ(s.tables.mappings(), before);
}

// The image's own mapping follows its direct map, but for what may be executed.
TEST(SetMemory, ChangesTheImageWithItsDirectMap) {
  Space s;
  s.memory.ro(VirtAddr{kDirect + kPhys + 2 * kSize2M}, 512);
  EXPECT_EQ(s.flags(kDirect + kPhys + 2 * kSize2M), kNoExecute | kGlobal);
  EXPECT_EQ(s.flags(kText + 2 * kSize2M), kGlobal);
  EXPECT_EQ(s.flags(kText + kSize2M), kCode);
  s.memory.x(VirtAddr{kDirect + kPhys + 2 * kSize2M}, 512);
  EXPECT_EQ(s.flags(kDirect + kPhys + 2 * kSize2M), kGlobal);
  EXPECT_EQ(s.flags(kText + 2 * kSize2M), kGlobal);
  // What lies before and behind the image has no other mapping.
  s.memory.ro(VirtAddr{kDirect + kPhys - kSize2M}, 512);
  s.memory.ro(VirtAddr{kDirect + kPhys + 3 * kSize2M}, 512);
  EXPECT_EQ(s.flags(kText), kCode);
}

TEST(SetMemory, APageOfTheImagesTextIsSplitOnceItIsReadOnly) {
  Space s;
  s.memory.ro(VirtAddr{kText}, 2 * 512);
  s.memory.keep_read_only();
  s.memory.rw(VirtAddr{kText + 0x3000}, 1);
  EXPECT_EQ(s.page_size(kText + 0x3000), kSize4K);
  EXPECT_EQ(s.flags(kText + 0x3000), kCode);
  EXPECT_EQ(s.flags(kText + 0x4000), kGlobal);
}

TEST(SetMemory, CountsThePagesThatItSplits) {
  AddressSpace tables(4);
  tables.map({VirtAddr{kDirect}, PhysAddr{0}, kSize1G, 1, kSetMemoryData});
  DirectPages count;
  count.add(3, 1);
  SetMemory memory(tables, places(), {PhysRange::make(0, kSize1G)}, true, &count);
  memory.np_noalias(VirtAddr{kDirect + 5 * kSize2M + 0x2000}, 1);
  EXPECT_EQ(count.of(3), 0u);
  EXPECT_EQ(count.of(2), 511u);
  EXPECT_EQ(count.of(1), 512u);
  EXPECT_EQ(tables.find(VirtAddr{kDirect + 5 * kSize2M + 0x2000}), nullptr);
  EXPECT_NE(tables.find(VirtAddr{kDirect + 5 * kSize2M + 0x3000}), nullptr);
  // A count that was never made has nothing to take from.
  DirectPages none;
  none.split(2);
  EXPECT_EQ(none.of(1), 0u);
}

}  // namespace
}  // namespace memmap::paging
