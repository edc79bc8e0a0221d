#include "paging/table_builder.h"

#include <gtest/gtest.h>

#include <utility>

namespace memmap::paging {
namespace {

// A builder of 4 levels, and the tables that it asked for since they were last looked at.
struct Building {
  using Asked = std::vector<std::pair<unsigned, std::uint64_t>>;

  std::uint64_t offset;
  TableBuilder tables{VirtAddr{offset}, 4};
  Asked asked{};

  std::uint64_t map(std::uint64_t base, std::uint64_t end, std::uint64_t page_size) {
    asked.clear();
    return raw(tables.map({PhysRange::make(base, end), page_size},
                          [this](unsigned level, VirtAddr virt, std::uint64_t count) {
                            for (std::uint64_t n = 0; n < count; ++n)
                              asked.emplace_back(level, raw(virt) + n * table_size(level));
                          }));
  }
  Mapping run(std::uint64_t phys, std::uint64_t page_size, std::uint64_t pages) const {
    return {VirtAddr{offset + phys}, PhysAddr{phys}, page_size, pages, kWritable};
  }
};

constexpr std::uint64_t kOffset = raw(kPageOffset4);

// kernel: phys_pmd_init(): where a table is, its entries are filled
TEST(TableBuilder, ATableOfSmallPagesStays) {
  Building b{kOffset};
  EXPECT_EQ(b.map(0, kSize2M / 2, kSize4K), kSize2M / 2);
  EXPECT_EQ(b.asked, (Building::Asked{{3, kOffset}, {2, kOffset}, {1, kOffset}}));
  EXPECT_EQ(b.map(0, 2 * kSize2M, kSize2M), 2 * kSize2M);
  EXPECT_TRUE(b.asked.empty());
  EXPECT_EQ(b.tables.mappings(kWritable),
            (Mappings{b.run(0, kSize4K, 512), b.run(kSize2M, kSize2M, 1)}));
  EXPECT_EQ(b.tables.counted().of(1), 256u + 512u);
  EXPECT_EQ(b.tables.counted().of(2), 1u);
}

// The tables below a table come before its neighbour; where there are none, neighbours come as a
// run.
TEST(TableBuilder, TablesInTheKernelsOrder) {
  Building small{kOffset};
  small.map(0, 2 * kSize1G, kSize4K);
  ASSERT_EQ(small.asked.size(), 1u + 2 * (1 + 512));
  EXPECT_EQ(small.asked[1], std::pair(2u, kOffset));
  EXPECT_EQ(small.asked[2], std::pair(1u, kOffset));
  EXPECT_EQ(small.asked[513], std::pair(1u, kOffset + kSize1G - kSize2M));
  EXPECT_EQ(small.asked[514], std::pair(2u, kOffset + kSize1G));
  EXPECT_EQ(small.asked[515], std::pair(1u, kOffset + kSize1G));

  std::vector<std::uint64_t> counts;
  const auto count = [&counts](unsigned, VirtAddr, std::uint64_t n) { counts.push_back(n); };
  TableBuilder large(VirtAddr{kOffset}, 4);
  large.map({PhysRange::make(5 * kSize1G, 5 * kSize1G + kSize2M), kSize2M}, count);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 1}));
  counts.clear();
  large.map({PhysRange::make(3 * kSize1G - kSize2M, 9 * kSize1G + kSize2M), kSize2M}, count);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 1, 1, 4}));  // of GiB 2, 3, 4, and 6 to 9
}

//   1 GiB      |--------1G---------|---2M x 512--------|--------1G---------|
//   first                          |2M|
//   then       |=================================================|
TEST(TableBuilder, PagesOf1GStandAroundATableOf2M) {
  Building b{kOffset};
  EXPECT_EQ(b.map(kSize1G, kSize1G + kSize2M, kSize2M), kSize1G + kSize2M);
  EXPECT_EQ(b.asked, (Building::Asked{{3, kOffset}, {2, kOffset + kSize1G}}));
  EXPECT_EQ(b.map(0, 2 * kSize1G + kSize1G / 2, kSize1G), 3 * kSize1G);
  EXPECT_TRUE(b.asked.empty());
  EXPECT_EQ(b.tables.mappings(kWritable),
            (Mappings{b.run(0, kSize1G, 1), b.run(kSize1G, kSize2M, 512),
                      b.run(2 * kSize1G, kSize1G, 1)}));
  EXPECT_EQ(b.tables.counted().of(2), 1u + 512u);
  EXPECT_EQ(b.tables.counted().of(3), 2u);
}

TEST(TableBuilder, APageThatIsThereIsKeptAndCountedAnew) {
  Building b{kOffset};
  EXPECT_EQ(b.map(kSize1G, kSize1G + kSize4K, kSize1G), 2 * kSize1G);
  EXPECT_EQ(b.map(0, 3 * kSize1G, kSize1G), 3 * kSize1G);
  EXPECT_EQ(b.tables.mappings(kWritable), (Mappings{b.run(0, kSize1G, 3)}));
  EXPECT_EQ(b.tables.counted().of(3), 1u + 3u);
}

// As KASLR places it: physical addresses are no multiples of 512 GiB where virtual ones are.
TEST(TableBuilder, EntriesBeginAtMultiplesOfVirtualAddresses) {
  Building b{kOffset + 511 * kSize1G};
  EXPECT_EQ(b.map(0, 2 * kSize1G, kSize1G), 2 * kSize1G);
  EXPECT_EQ(b.asked, (Building::Asked{{3, kOffset}, {3, kOffset + entry_size(4)}}));
  EXPECT_EQ(b.tables.mappings(kWritable), (Mappings{b.run(0, kSize1G, 2)}));
}

}  // namespace
}  // namespace memmap::paging
