#include "paging/lookup.h"

#include <gtest/gtest.h>

namespace memmap::paging {
namespace {

constexpr VirtAddr kStart{0xffff888000000000};

TablePage at(std::uint64_t phys) { return {PhysAddr{phys}, TableOrigin::memblock}; }

// 4 KiB pages in the first 2 MiB, one page of 2 MiB behind them.
AddressSpace small_space() {
  AddressSpace space(4, at(0x1000));
  space.add_table(3, kStart, at(0x2000));
  space.add_table(2, kStart, at(0x3000));
  space.add_table(1, kStart, at(0x4000));
  space.map({kStart, PhysAddr{0x100000}, kSize4K, 2, kWritable});
  space.map({VirtAddr{raw(kStart) + kSize2M}, PhysAddr{0x40000000}, kSize2M, 1, 0});
  return space;
}

TEST(Lookup, GoesDownToAPageOf4K) {
  const AddressSpace space = small_space();
  const Lookup found = look_up(space, VirtAddr{raw(kStart) + 0x1235});
  EXPECT_EQ(found.phys, PhysAddr{0x101235});
  ASSERT_EQ(found.steps.size(), 4u);
  EXPECT_EQ(found.steps[0].table, at(0x1000));
  EXPECT_EQ(found.steps[0].index, 273u);
  EXPECT_EQ(found.steps[0].entry, EntryKind::table);
  EXPECT_EQ(found.steps[3].level, 1u);
  EXPECT_EQ(found.steps[3].table, at(0x4000));
  EXPECT_EQ(found.steps[3].index, 1u);
  EXPECT_EQ(found.steps[3].start, VirtAddr{raw(kStart) + 0x1000});
  EXPECT_EQ(found.steps[3].entry, EntryKind::page);
}

TEST(Lookup, EndsAtALargePage) {
  const AddressSpace space = small_space();
  const Lookup found = look_up(space, VirtAddr{raw(kStart) + kSize2M + 0x123456});
  EXPECT_EQ(found.phys, PhysAddr{0x40123456});
  ASSERT_EQ(found.steps.size(), 3u);
  EXPECT_EQ(found.steps[2].level, 2u);
  EXPECT_EQ(found.steps[2].index, 1u);
  EXPECT_EQ(found.steps[2].entry, EntryKind::page);
}

TEST(Lookup, EndsWhereNothingIsPresent) {
  const AddressSpace space = small_space();
  const Lookup in_table = look_up(space, VirtAddr{raw(kStart) + 0x2000});
  EXPECT_EQ(in_table.phys, std::nullopt);
  ASSERT_EQ(in_table.steps.size(), 4u);
  EXPECT_EQ(in_table.steps.back().entry, EntryKind::absent);
  const Lookup no_table = look_up(space, VirtAddr{raw(kStart) + 2 * kSize2M});
  EXPECT_EQ(no_table.steps.size(), 3u);
  EXPECT_EQ(no_table.steps.back().entry, EntryKind::absent);
  EXPECT_EQ(look_up(space, VirtAddr{0}).steps.size(), 1u);
}

TEST(Lookup, ReadsNothingOfAnAddressThatIsNotCanonical) {
  const Lookup found = look_up(small_space(), VirtAddr{0x0000800000000000});
  EXPECT_FALSE(found.canonical);
  EXPECT_TRUE(found.steps.empty());
  EXPECT_TRUE(look_up(AddressSpace(5), VirtAddr{0x0000800000000000}).canonical);
}

TEST(AddressesOf, AreAllThatReachAByte) {
  AddressSpace space = small_space();
  space.map({VirtAddr{0xffffffff81000000}, PhysAddr{0x101000}, kSize4K, 1, 0});
  EXPECT_EQ(addresses_of(space, PhysAddr{0x101800}),
            (std::vector{VirtAddr{raw(kStart) + 0x1800}, VirtAddr{0xffffffff81000800}}));
  EXPECT_EQ(addresses_of(space, PhysAddr{0x100000}), std::vector{kStart});
  EXPECT_EQ(addresses_of(space, PhysAddr{0x101fff}).size(), 2u);
  EXPECT_TRUE(addresses_of(space, PhysAddr{0xfffff}).empty());
  EXPECT_TRUE(addresses_of(space, PhysAddr{0x102000}).empty());
}

}  // namespace
}  // namespace memmap::paging
