// walk() of what build() built, and the geometry that both use.
#include <gtest/gtest.h>

#include "built.h"
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

struct TablesCase {
  const char* name;
  unsigned levels;
  Mappings mappings;
};

const TablesCase kRoundTrips[] = {
    {"nothing", 4, {}},
    {"first_and_last_page",
     4,
     {built_run(0, 0x1000, kSize4K, 1), built_run(0xfffffffffffff000, 0xfffff000, kSize4K, 1)}},
    {"all_sizes",
     4,
     {built_run(0xffff888000000000, 0, kSize4K, 512),
      built_run(0xffff888000200000, 0x200000, kSize2M, 511),
      built_run(0xffff888040000000, 0x40000000, kSize1G, 3)}},
    {"every_flag",
     5,
     {built_run(0x1000, 0x1000, kSize4K, 1, 0), built_run(0x2000, 0x2000, kSize4K, 1, kNoExecute),
      built_run(0x3000, 0x3000, kSize4K, 1, kGlobal), built_run(0x4000, 0x4000, kSize4K, 1, kUser),
      built_run(0x5000, 0x5000, kSize4K, 1, kCacheDisable | kWriteThrough)}},
    {"same_frame_twice",
     4,
     {built_run(0x1000, 0x5000, kSize4K, 1), built_run(0x2000, 0x5000, kSize4K, 1)}},
    {"highest_frame", 5, {built_run(0xff11000000000000, 0xfffffffe00000, kSize2M, 1)}},
    {"over_a_table_boundary", 4, {built_run(0x1ff000, 0x7000, kSize4K, 3)}},
    {"end_of_the_lower_half", 4, {built_run(0x00007fffffe00000, 0, kSize2M, 1)}},
};

class RoundTrip : public testing::TestWithParam<TablesCase> {};

TEST_P(RoundTrip, WalkFindsWhatWasBuilt) {
  const auto tables = build(GetParam().mappings, GetParam().levels, place_behind(0x10000));
  ASSERT_TRUE(tables.ok());
  EXPECT_EQ(walk(*tables), GetParam().mappings);
}

INSTANTIATE_TEST_SUITE_P(Table, RoundTrip, testing::ValuesIn(kRoundTrips),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(Walk, JoinsNeighbours) {
  const Mappings parts = {built_run(0x3000, 0x8000, kSize4K, 1),
                          built_run(0x1000, 0x6000, kSize4K, 2)};
  EXPECT_EQ(walk(*build(parts, 4, place_behind(0x10000))),
            (Mappings{built_run(0x1000, 0x6000, kSize4K, 3)}));
}

TEST(Walk, UpperLevelsForbid) {
  auto tables = *build({built_run(0, 0, kSize4K, 1, kWritable | kUser)}, 4, place_behind(0x10000));
  std::uint64_t& top = tables.pages.at(tables.root)[0];
  top = (top & ~(kEntryWritable | kEntryUser)) | kEntryNoExecute;
  EXPECT_EQ(walk(tables), (Mappings{built_run(0, 0, kSize4K, 1, kNoExecute)}));
}

TEST(Walk, MissingTablesTranslateNothing) {
  auto tables = *build({built_run(0, 0, kSize4K, 1)}, 4, place_behind(0x10000));
  tables.pages.erase(PhysAddr{raw(tables.root) + 2 * kPageSize});
  EXPECT_TRUE(walk(tables).empty());
}

// With the bits of large pages where they differ from those of small ones.
TEST(Walk, FindsEveryCombinationOfFlags) {
  for (const std::uint64_t size : {kSize4K, kSize2M, kSize1G}) {
    for (std::uint32_t flags = 0; flags < 2 * kPat; ++flags) {
      const Mappings one = {built_run(0, size, size, 1, flags)};
      EXPECT_EQ(walk(*build(one, 4, place_behind(0x10000))), one) << size << ' ' << flags;
    }
  }
}

// kernel: p4d_leaf(), which is false of every entry
TEST(Walk, AnEntryOf512GiBIsATableWhateverItSays) {
  const Mappings one = {built_run(0, 0, kSize4K, 1)};
  auto tables = *build(one, 4, place_behind(0x10000));
  tables.pages.at(tables.root)[0] |= kEntryLarge;
  EXPECT_EQ(walk(tables), one);
}

}  // namespace
}  // namespace memmap::paging
