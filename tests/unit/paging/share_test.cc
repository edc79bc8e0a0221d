#include "paging/share.h"

#include <gtest/gtest.h>

namespace memmap::paging {
namespace {

constexpr VirtAddr kDirectMap = kPageOffset4;
constexpr VirtAddr at(VirtAddr base, std::uint64_t offset) { return VirtAddr{raw(base) + offset}; }

AddressSpace source() {
  AddressSpace out(4);
  out.add_table(3, kDirectMap, {PhysAddr{0x3000}});
  out.add_table(2, kDirectMap, {PhysAddr{0x2000}});
  out.add_table(1, kDirectMap, {PhysAddr{0x1000}});
  out.map({kDirectMap, PhysAddr{0}, kSize4K, 512, kWritable});
  out.map({at(kDirectMap, kSize2M), PhysAddr{kSize2M}, kSize2M, 600, kWritable});
  return out;
}

TEST(Share, AnEntryBringsAllBelowIt) {
  const AddressSpace from = source();
  AddressSpace to(4);
  share(from, to, kDirectMap, entry_size(4), 4);
  EXPECT_EQ(to.mappings(), from.mappings());
  for (unsigned level = 1; level < 4; ++level) EXPECT_EQ(to.tables(level), from.tables(level));
}

TEST(Share, OtherAddressesReachTheSame) {
  const AddressSpace from = source();
  AddressSpace to(4);
  share(from, to, kDirectMap, entry_size(4), 4, VirtAddr{0});
  ASSERT_EQ(to.mappings().size(), from.mappings().size());
  EXPECT_EQ(to.find(VirtAddr{0x5000})->phys, PhysAddr{0});
  EXPECT_EQ(*to.table(1, VirtAddr{0}), *from.table(1, kDirectMap));
}

//   from   |-4K-|-----2M x 600-----|     an entry of level 3: its first GiB
//   to     |-4K-|--2M x 511-|
TEST(Share, ARunIsCutAtTheEnd) {
  const AddressSpace from = source();
  AddressSpace to(4);
  share(from, to, kDirectMap, kSize1G, 3, VirtAddr{kSize1G});
  EXPECT_EQ(to.mappings().back(),
            (Mapping{VirtAddr{kSize1G + kSize2M}, PhysAddr{kSize2M}, kSize2M, 511, kWritable}));
  EXPECT_FALSE(to.table(3, VirtAddr{0}));
}

TEST(Share, WhatWasThereGoes) {
  AddressSpace to(4);
  to.map({at(kDirectMap, 64 * kSize1G), PhysAddr{0}, kSize2M, 1, 0});
  share(source(), to, kDirectMap, entry_size(4), 4);
  EXPECT_EQ(to.find(at(kDirectMap, 64 * kSize1G)), nullptr);
}

TEST(Share, APageAtTheEndOfAllAddressesIsNotInTheWay) {
  AddressSpace from(4);
  from.map({kDirectMap, PhysAddr{0}, kSize2M, 1, kWritable});
  from.map({VirtAddr{0xfffffffffffff000}, PhysAddr{0}, kSize4K, 1, kWritable});
  AddressSpace to(4);
  share(from, to, kDirectMap, entry_size(4), 4);
  EXPECT_EQ(to.mappings(), (Mappings{{kDirectMap, PhysAddr{0}, kSize2M, 1, kWritable}}));
}

// A run that begins before the entry, or goes on behind it, is cut there.
TEST(Share, ARunIsCutAtTheEntry) {
  const AddressSpace from = source();
  AddressSpace above(4);
  share(from, above, at(kDirectMap, kSize1G), entry_size(3), 3);
  EXPECT_EQ(above.mappings(),
            (Mappings{{at(kDirectMap, kSize1G), PhysAddr{kSize1G}, kSize2M, 89, kWritable}}));
  AddressSpace one(4);
  share(from, one, at(kDirectMap, 2 * kSize2M), entry_size(2), 2);
  EXPECT_EQ(
      one.mappings(),
      (Mappings{{at(kDirectMap, 2 * kSize2M), PhysAddr{2 * kSize2M}, kSize2M, 1, kWritable}}));
  EXPECT_TRUE(one.tables(1).empty());
  AddressSpace none(4);
  share(from, none, at(kDirectMap, 5 * kSize1G), entry_size(3), 3);
  EXPECT_TRUE(none.mappings().empty());
}

}  // namespace
}  // namespace memmap::paging
