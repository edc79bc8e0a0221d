#include "paging/address_space.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "paging/walk.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t kBase = 0xffff888000000000;

Mapping run(std::uint64_t page, std::uint64_t frame, std::uint64_t pages,
            std::uint32_t flags = kWritable) {
  return {VirtAddr{kBase + page * kSize4K}, PhysAddr{frame * kSize4K}, kSize4K, pages, flags};
}

TEST(AddressSpace, JoinsNeighboursThatTheProcessorSeesAsOne) {
  AddressSpace space(4);
  space.map(run(0, 10, 2));
  space.map(run(4, 14, 1));
  space.map(run(2, 12, 2));  // between the two
  EXPECT_EQ(space.mappings(), Mappings{run(0, 10, 5)});
  space.map(run(5, 20, 1));              // other frames
  space.map(run(6, 21, 1, kNoExecute));  // other flags
  EXPECT_EQ(space.mappings(), (Mappings{run(0, 10, 5), run(5, 20, 1), run(6, 21, 1, kNoExecute)}));
}

TEST(AddressSpace, ReplacesAndCutsWhatIsThere) {
  AddressSpace space(4);
  space.map(run(0, 0, 8));
  space.map(run(3, 100, 2));
  EXPECT_EQ(space.mappings(), (Mappings{run(0, 0, 3), run(3, 100, 2), run(5, 5, 3)}));
  space.unmap(VirtAddr{kBase + 2 * kSize4K}, 4 * kSize4K);
  EXPECT_EQ(space.mappings(), (Mappings{run(0, 0, 2), run(6, 6, 2)}));
  space.unmap(VirtAddr{kBase + 20 * kSize4K}, kSize4K);  // nothing is there
  EXPECT_EQ(space.mappings().size(), 2u);
}

TEST(AddressSpace, UnmapsAPageOfWhichOneByteIsTouched) {
  AddressSpace space(4);
  space.map(run(0, 0, 2));
  space.map(run(2, 50, 1));
  space.map(run(3, 60, 1));
  space.unmap(VirtAddr{kBase + kSize4K}, kSize4K + 1);
  EXPECT_EQ(space.mappings(), (Mappings{run(0, 0, 1), run(3, 60, 1)}));
}

TEST(AddressSpace, ALargerPageGoesAsAWhole) {
  AddressSpace space(4);
  space.map({VirtAddr{kBase}, PhysAddr{0}, kSize2M, 3, 0});
  space.map({VirtAddr{kBase + kSize2M + kSize4K}, PhysAddr{0x5000}, kSize4K, 1, 0});
  EXPECT_EQ(space.mappings(),
            (Mappings{{VirtAddr{kBase}, PhysAddr{0}, kSize2M, 1, 0},
                      {VirtAddr{kBase + kSize2M + kSize4K}, PhysAddr{0x5000}, kSize4K, 1, 0},
                      {VirtAddr{kBase + 2 * kSize2M}, PhysAddr{2 * kSize2M}, kSize2M, 1, 0}}));
}

TEST(AddressSpace, FindsTheRunOfAnAddress) {
  AddressSpace space(4);
  space.map(run(1, 1, 2));
  space.map({VirtAddr{0xfffffffffffff000}, PhysAddr{0}, kSize4K, 1, 0});  // no end above it
  EXPECT_EQ(space.find(VirtAddr{kBase}), nullptr);
  ASSERT_NE(space.find(VirtAddr{kBase + 0x2fff}), nullptr);
  EXPECT_EQ(space.find(VirtAddr{kBase + 0x2fff})->phys, PhysAddr{0x1000});
  EXPECT_EQ(space.find(VirtAddr{kBase + 0x3000}), nullptr);
  EXPECT_NE(space.find(VirtAddr{~std::uint64_t{0}}), nullptr);
}

TEST(AddressSpace, ATableIsThereOnce) {
  AddressSpace space(5, {PhysAddr{0x1000}, TableOrigin::image});
  ASSERT_TRUE(space.table(5, VirtAddr{kBase}));
  EXPECT_EQ(space.table(5, VirtAddr{kBase})->phys, PhysAddr{0x1000});
  EXPECT_FALSE(space.table(2, VirtAddr{kBase}));
  EXPECT_TRUE(space.add_table(2, VirtAddr{kBase + 5}, {PhysAddr{0x2000}, TableOrigin::brk}));
  EXPECT_FALSE(space.add_table(2, VirtAddr{kBase + kSize1G - 1}, {}));
  EXPECT_TRUE(space.add_table(2, VirtAddr{kBase + kSize1G}, {}));
  EXPECT_EQ(space.table(2, VirtAddr{kBase + kSize2M})->origin, TableOrigin::brk);
}

// Against a page by page account, and through tables that the processor would read.
TEST(AddressSpace, ATableReachesAsFarAsItsLevel) {
  AddressSpace space(5);
  for (unsigned level = 1; level < 5; ++level) {
    const std::uint64_t reach = table_size(level);
    const std::uint64_t start = 0xff11000000000000 + reach;
    space.add_table(level, VirtAddr{start + kSize4K}, {PhysAddr{level * kSize4K}, {}});
    EXPECT_TRUE(space.table(level, VirtAddr{start})) << level;
    EXPECT_TRUE(space.table(level, VirtAddr{start + reach - 1})) << level;
    EXPECT_FALSE(space.table(level, VirtAddr{start - 1})) << level;
    EXPECT_FALSE(space.table(level, VirtAddr{start + reach})) << level;
  }
}

TEST(AddressSpace, AgreesWithPagesOneByOne) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    AddressSpace space(4);
    std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>> pages;
    for (int step = 0; step < 30; ++step) {
      const std::uint64_t at = random() % 40;
      const std::uint64_t count = random() % 8;
      if (random() % 3 == 0) {
        space.unmap(VirtAddr{kBase + at * kSize4K}, count * kSize4K);
        for (std::uint64_t i = 0; i < count; ++i) pages.erase(at + i);
        continue;
      }
      const Mapping m = run(at, random() % 2 ? at + 100 : random() % 50, count, random() % 2);
      space.map(m);
      for (std::uint64_t i = 0; i < count; ++i) {
        pages[at + i] = {raw(m.phys) / kSize4K + i, m.flags};
      }
    }
    Mappings expected;
    for (const auto& [page, frame] : pages) {
      const Mapping one = run(page, frame.first, 1, frame.second);
      if (!expected.empty() &&
          raw(expected.back().virt) + expected.back().pages * kSize4K == raw(one.virt) &&
          raw(expected.back().phys) + expected.back().pages * kSize4K == raw(one.phys) &&
          expected.back().flags == one.flags) {
        ++expected.back().pages;
      } else {
        expected.push_back(one);
      }
    }
    ASSERT_EQ(space.mappings(), expected);
    std::uint64_t next = 0x100000;
    const auto built =
        build(space.mappings(), 4, [&](unsigned, VirtAddr) { return PhysAddr{next += kPageSize}; });
    ASSERT_TRUE(built.ok());
    ASSERT_EQ(walk(*built), expected);
  }
}

TEST(AddressSpace, ATableThatIsTakenAwayIsNotThere) {
  AddressSpace space(4);
  const VirtAddr virt = kPageOffset4;
  EXPECT_TRUE(space.add_table(1, virt, {PhysAddr{0x1000}}));
  EXPECT_FALSE(space.add_table(1, VirtAddr{raw(virt) + 0x5000}, {PhysAddr{0x2000}}));
  EXPECT_TRUE(space.table(1, virt));
  space.remove_table(1, VirtAddr{raw(virt) + 0x7000});
  EXPECT_FALSE(space.table(1, virt));
  space.remove_table(1, virt);
  EXPECT_TRUE(space.tables(1).empty());
}

}  // namespace
}  // namespace memmap::paging
