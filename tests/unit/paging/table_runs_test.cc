#include "paging/table_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace memmap::paging {
namespace {

constexpr std::uint64_t kAt = raw(kPageOffset4);

TablePage at(std::uint64_t phys) { return {PhysAddr{phys}, TableOrigin::memblock}; }
VirtAddr number(std::uint64_t n) { return VirtAddr{kAt + n * table_size(2)}; }

std::vector<TableAt> all(const TableRuns& runs) { return {runs.begin(), runs.end()}; }

TEST(TableRuns, PagesOfNeighboursGoUpOrDownOrAreUnknown) {
  TableRuns runs(2);
  const std::vector<TableAt> want = {{number(0), at(0x9000)}, {number(1), at(0x8000)},
                                     {number(2), at(0x7000)}, {number(3), at(0x8000)},
                                     {number(4), at(0x9000)}, {number(5), at(0x20000)},
                                     {number(6), {}},         {number(7), {}}};
  for (const TableAt& t : want) EXPECT_TRUE(runs.add(t.virt, t.page));
  EXPECT_EQ(all(runs), want);
  EXPECT_EQ(runs.size(), 8u);
  EXPECT_EQ(runs.runs(), 4u);  // down, up, one alone, those that lie nobody knows where
  for (const TableAt& t : want) EXPECT_FALSE(runs.add(t.virt, at(0)));
  EXPECT_EQ(all(runs), want);
}

TEST(TableRuns, ARunGoesOnWithPagesOfItsKind) {
  const auto runs_of = [](TablePage a, TablePage b, TablePage c) {
    TableRuns runs(2);
    runs.add(number(7), a);
    runs.add(number(8), b);
    runs.add(number(9), c);
    EXPECT_EQ(all(runs), (std::vector<TableAt>{{number(7), a}, {number(8), b}, {number(9), c}}));
    return runs.runs();
  };
  const TablePage brk{PhysAddr{0x3000}, TableOrigin::brk};
  const TablePage unknown{.origin = TableOrigin::memblock};
  EXPECT_EQ(runs_of(at(0x1000), at(0x2000), at(0x3000)), 1u);
  EXPECT_EQ(runs_of(at(0x3000), at(0x2000), at(0x1000)), 1u);
  EXPECT_EQ(runs_of(unknown, unknown, unknown), 1u);
  EXPECT_EQ(runs_of(at(0x1000), at(0x2000), brk), 2u);
  EXPECT_EQ(runs_of(at(0x1000), unknown, at(0x3000)), 3u);
  EXPECT_EQ(runs_of(unknown, {.origin = TableOrigin::page_allocator}, unknown), 3u);
  EXPECT_EQ(runs_of(at(0x1000), at(0x2000), at(0x1000)), 2u);
  EXPECT_EQ(runs_of(at(0x1000), at(0x2000), at(0x4000)), 2u);
  EXPECT_EQ(runs_of(at(0x1000), at(0x3000), at(0x5000)), 3u);
  EXPECT_EQ(runs_of(at(0x1000), at(0x1000), at(0x1000)), 3u);
}

TEST(TableRuns, AnAddressThatATableTranslates) {
  TableRuns runs(2);
  runs.add(number(4), at(0x1000));
  runs.add(VirtAddr{raw(number(5)) + 0x123456}, at(0x2000));
  EXPECT_EQ(runs.find(VirtAddr{raw(number(5)) - 1}), at(0x1000));
  EXPECT_EQ(runs.find(number(5)), at(0x2000));
  EXPECT_EQ(runs.find(VirtAddr{raw(number(6)) - 1}), at(0x2000));
  EXPECT_EQ(runs.find(number(6)), std::nullopt);
  EXPECT_EQ(runs.find(VirtAddr{raw(number(4)) - 1}), std::nullopt);
  EXPECT_EQ((*runs.from(VirtAddr{raw(number(4)) + 1})).virt, number(5));
  EXPECT_EQ((*runs.from(number(5))).virt, number(5));
  EXPECT_EQ((*runs.from(VirtAddr{0})).virt, number(4));
  EXPECT_EQ(runs.from(VirtAddr{raw(number(5)) + 1}), runs.end());
}

// The highest addresses have a table too, behind which there is none.
TEST(TableRuns, UpToTheLastAddress) {
  TableRuns runs(1);
  const std::uint64_t size = table_size(1);
  runs.add(VirtAddr{0 - 2 * size}, at(0x1000));
  runs.add(VirtAddr{0 - size}, at(0x2000));
  EXPECT_EQ(runs.find(VirtAddr{~std::uint64_t{0}}), at(0x2000));
  EXPECT_EQ(runs.from(VirtAddr{~std::uint64_t{0}}), runs.end());
  runs.remove(VirtAddr{0 - 2 * size});
  EXPECT_EQ(all(runs), (std::vector<TableAt>{{VirtAddr{0 - size}, at(0x2000)}}));
}

// The same tables, of other runs, are equal.
TEST(TableRuns, RunsDoNotShow) {
  TableRuns up(2), down(2);
  for (std::uint64_t n = 0; n < 4; ++n) up.add(number(n), at(0x1000 * (n + 1)));
  for (std::uint64_t n = 4; n-- > 0;) down.add(number(n), at(0x1000 * (n + 1)));
  EXPECT_EQ(up, down);
  down.remove(number(3));
  EXPECT_NE(up, down);
  down.add(number(3), at(0x5000));
  EXPECT_NE(up, down);
}

TEST(TableRuns, AsAMapOfSingleTables) {
  std::mt19937_64 random(18);
  for (int round = 0; round < 300; ++round) {
    TableRuns runs(2);
    std::map<VirtAddr, TablePage> map;
    std::uint64_t next = 0, page = 0x100000;
    for (int step = 0; step < 60; ++step) {
      next = random() % 4 == 0 ? random() % 24 : next + 1;
      if (random() % 5 == 0) page = 0x100000 + random() % 8 * kPageSize;
      page += random() % 3 == 0 ? kPageSize : 0 - kPageSize;
      const VirtAddr virt = number(next);
      if (random() % 4 == 0) {
        runs.remove(virt);
        map.erase(virt);
      } else {
        const TablePage it = random() % 9 == 0 ? TablePage{} : at(page);
        EXPECT_EQ(runs.add(virt, it), map.emplace(virt, it).second);
      }
    }
    std::vector<TableAt> want;
    for (const auto& [virt, it] : map) want.push_back({virt, it});
    ASSERT_EQ(all(runs), want) << round;
    EXPECT_EQ(runs.size(), map.size());
    EXPECT_EQ(runs.empty(), map.empty());
    for (std::uint64_t n = 0; n < 90; ++n) {
      const auto found = map.find(number(n));
      EXPECT_EQ(runs.find(number(n)),
                found == map.end() ? std::nullopt : std::optional(found->second));
      const auto from = map.lower_bound(number(n));
      EXPECT_EQ(runs.from(number(n)) == runs.end(), from == map.end());
      if (from != map.end()) {
        EXPECT_EQ((*runs.from(number(n))).virt, from->first);
      }
    }
  }
}

}  // namespace
}  // namespace memmap::paging
