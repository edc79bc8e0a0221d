// build() and walk(), and the geometry that both use.
#include <gtest/gtest.h>

#include "paging/build.h"
#include "paging/geometry.h"
#include "paging/walk.h"

namespace memmap::paging {
namespace {

static_assert(entry_size(1) == kSize4K && entry_size(2) == kSize2M && entry_size(3) == kSize1G);
static_assert(table_size(1) == kSize2M);
static_assert(is_canonical(kPageOffset4, 4) && !is_canonical(kPageOffset5, 4));
static_assert(is_canonical(kPageOffset5, 5));
static_assert(!is_canonical(VirtAddr{0x0000800000000000}, 4));
static_assert(is_canonical(VirtAddr{0x0000800000000000}, 5));
static_assert(index_of(kPageOffset4, 4) == 273 && index_of(kStartKernelMap, 4) == 511);
static_assert(index_of(kStartKernelMap, 3) == 510);

Mapping map(std::uint64_t virt, std::uint64_t phys, std::uint64_t size, std::uint64_t pages,
            std::uint32_t flags = kWritable) {
  return {VirtAddr{virt}, PhysAddr{phys}, size, pages, flags};
}

PlaceTable one_after_the_other() {
  return [next = std::uint64_t{0x10000}](unsigned, VirtAddr) mutable {
    next += kPageSize;
    return PhysAddr{next};
  };
}

struct TablesCase {
  const char* name;
  unsigned levels;
  Mappings mappings;
};

const TablesCase kRoundTrips[] = {
    {"nothing", 4, {}},
    {"first_and_last_page",
     4,
     {map(0, 0x1000, kSize4K, 1), map(0xfffffffffffff000, 0xfffff000, kSize4K, 1)}},
    {"all_sizes",
     4,
     {map(0xffff888000000000, 0, kSize4K, 512), map(0xffff888000200000, 0x200000, kSize2M, 511),
      map(0xffff888040000000, 0x40000000, kSize1G, 3)}},
    {"every_flag",
     5,
     {map(0x1000, 0x1000, kSize4K, 1, 0), map(0x2000, 0x2000, kSize4K, 1, kNoExecute),
      map(0x3000, 0x3000, kSize4K, 1, kGlobal), map(0x4000, 0x4000, kSize4K, 1, kUser),
      map(0x5000, 0x5000, kSize4K, 1, kCacheDisable | kWriteThrough)}},
    {"same_frame_twice", 4, {map(0x1000, 0x5000, kSize4K, 1), map(0x2000, 0x5000, kSize4K, 1)}},
    {"highest_frame", 5, {map(0xff11000000000000, 0xfffffffe00000, kSize2M, 1)}},
    {"over_a_table_boundary", 4, {map(0x1ff000, 0x7000, kSize4K, 3)}},
    {"end_of_the_lower_half", 4, {map(0x00007fffffe00000, 0, kSize2M, 1)}},
};

class RoundTrip : public testing::TestWithParam<TablesCase> {};

TEST_P(RoundTrip, WalkFindsWhatWasBuilt) {
  const auto tables = build(GetParam().mappings, GetParam().levels, one_after_the_other());
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(walk(*tables), GetParam().mappings);
}

INSTANTIATE_TEST_SUITE_P(Table, RoundTrip, testing::ValuesIn(kRoundTrips),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(Walk, JoinsNeighbours) {
  const Mappings parts = {map(0x3000, 0x8000, kSize4K, 1), map(0x1000, 0x6000, kSize4K, 2)};
  EXPECT_EQ(walk(*build(parts, 4, one_after_the_other())),
            (Mappings{map(0x1000, 0x6000, kSize4K, 3)}));
}

TEST(Walk, UpperLevelsForbid) {
  auto tables = *build({map(0, 0, kSize4K, 1, kWritable | kUser)}, 4, one_after_the_other());
  std::uint64_t& top = tables.pages.at(tables.root)[0];
  top = (top & ~(kEntryWritable | kEntryUser)) | kEntryNoExecute;
  EXPECT_EQ(walk(tables), (Mappings{map(0, 0, kSize4K, 1, kNoExecute)}));
}

TEST(Walk, MissingTablesTranslateNothing) {
  auto tables = *build({map(0, 0, kSize4K, 1)}, 4, one_after_the_other());
  tables.pages.erase(PhysAddr{raw(tables.root) + 2 * kPageSize});
  EXPECT_TRUE(walk(tables).empty());
}

TEST(Build, PlacesTablesFromTheTopDown) {
  std::vector<std::pair<unsigned, std::uint64_t>> asked;
  const auto place = [&](unsigned level, VirtAddr virt) {
    asked.emplace_back(level, raw(virt));
    return PhysAddr{asked.size() << kPageShift};
  };
  ASSERT_TRUE(build({map(0xffff888140201000, 0, kSize4K, 1)}, 4, place).ok());
  EXPECT_EQ(
      asked,
      (std::vector<std::pair<unsigned, std::uint64_t>>{
          {4, 0}, {3, 0xffff888000000000}, {2, 0xffff888140000000}, {1, 0xffff888140200000}}));
}

TEST(Build, ReportsEveryMappingAtFault) {
  const Mappings bad = {
      map(0x1000, 0x1000, 0x3000, 1),              // no such page
      map(0x1000, 0x1000, kSize2M, 1),             // not aligned
      map(0x0000800000000000, 0, kSize4K, 1),      // not canonical
      map(0x00007ffffffff000, 0, kSize4K, 2),      // into the hole
      map(0, (1ull << 52) - kSize4K, kSize4K, 2),  // frames that do not exist
      map(0x200000, 0, kSize2M, 2),                // good
      map(0x3ff000, 0, kSize4K, 1),                // inside a large page
      map(0x000000, 0, kSize1G, 1),                // over a table
      map(0x600000, 0, kSize4K, ~0ull),
      map(0x600000, 0, 0, 1),                  // absurd
      map(0xfffffffffffff000, 0, kSize4K, 2),  // over the end
  };
  const auto tables = build(bad, 4, one_after_the_other());
  ASSERT_FALSE(tables.ok());
  EXPECT_EQ(tables.errors().size(), bad.size() - 1);
  EXPECT_EQ(tables.errors()[5].message, "mapping 6: overlaps an earlier mapping");
}

}  // namespace
}  // namespace memmap::paging
