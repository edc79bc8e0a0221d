// In which order, and with tables from where, the direct map is made.
#include <gtest/gtest.h>

#include "paging/direct_map.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t kMi = kMiB;
constexpr std::uint64_t kGi = kGiB;
constexpr PhysRange range_of(std::uint64_t base, std::uint64_t end) {
  return PhysRange::make(base, end);
}

// Of the memory's end, where mapping top-down starts at its last 2 MiB.
DirectMapOptions steps_options(std::uint64_t end) {
  DirectMapOptions o;
  o.max_pfn = Pfn{end >> kPageShift};
  o.top_end = top_block_end(PhysAddr{0}, o.max_pfn);
  o.brk_tables = range_of(0x3c20000, 0x3c30000);
  return o;
}

DirectMapOptions bottom_up_options(std::uint64_t end, std::uint64_t kernel_end) {
  DirectMapOptions o = steps_options(end);
  o.direction = Direction::bottom_up;
  o.kernel_end = PhysAddr{kernel_end};
  return o;
}

std::vector<PhysRange> ranges_of(const DirectMap& map) {
  std::vector<PhysRange> out;
  for (const MapStep& s : map.steps) out.push_back(s.range);
  return out;
}

struct StepsCase {
  const char* name;
  DirectMapOptions options;
  std::vector<PhysRange> memory;
  std::vector<PhysRange> want;  // behind the first MiB
};

// A step is one of 2 MiB until as much is mapped, then one of 512 MiB, then of 128 GiB. It ends at a
// multiple of its size, but bottom-up where no more than a step is left.
const StepsCase kStepsCases[] = {
    {"top_down_small_until_2M_are_mapped",
     steps_options(kGi),
     {range_of(kMi, kGi - 3 * kMi), range_of(kGi - kMi, kGi)},
     {range_of(kGi - kMi, kGi), range_of(kGi - 4 * kMi, kGi - 3 * kMi),
      range_of(512 * kMi, kGi - 4 * kMi), range_of(kMi, 512 * kMi)}},
    {"bottom_up_grows_once_2M_are_mapped",
     bottom_up_options(kGi, 64 * kMi),
     {range_of(kMi, kGi)},
     {range_of(64 * kMi, 66 * kMi), range_of(66 * kMi, 512 * kMi), range_of(512 * kMi, kGi),
      range_of(kMi, 2 * kMi), range_of(2 * kMi, 4 * kMi), range_of(4 * kMi, 64 * kMi)}},
    {"bottom_up_takes_a_step_that_is_left_at_once",
     bottom_up_options(64 * kMi, 3 * kMi),
     {range_of(kMi, 64 * kMi)},
     {range_of(3 * kMi, 4 * kMi), range_of(4 * kMi, 6 * kMi), range_of(6 * kMi, 64 * kMi),
      range_of(kMi, 3 * kMi)}},
    {"whole_pages_of_memory_only",
     steps_options(4 * kMi),
     {range_of(0x100800, 0x180400), range_of(0x200200, 0x200e00), range_of(0x300000, 0x400000)},
     {range_of(0x300000, 0x400000), range_of(0x101000, 0x180000)}},
};

class DirectMapSteps : public testing::TestWithParam<StepsCase> {};

TEST_P(DirectMapSteps, GoAsTheKernelsDo) {
  const StepsCase& c = GetParam();
  std::vector<PhysRange> want = c.want;
  want.insert(want.begin(), range_of(0, kMi));
  EXPECT_EQ(ranges_of(direct_map(c.memory, c.options)), want);
}

INSTANTIATE_TEST_SUITE_P(Table, DirectMapSteps, testing::ValuesIn(kStepsCases),
                         [](const auto& i) { return std::string(i.param.name); });

// Two thousand million steps of 2 MiB would take longer than the test may.
TEST(DirectMap, AHoleOf4PiBAtTheStartIsSteppedOver) {
  constexpr std::uint64_t kFar = (1ull << 52) - kGi;
  const PhysRange low = range_of(kMi, kMi + 0x10000);
  const PhysRange far = range_of(kFar, kFar + kPageSize);
  for (DirectMapOptions o :
       {steps_options(raw(far.end())), bottom_up_options(raw(far.end()), raw(low.end()))}) {
    o.features.la57 = true;
    o.page_offset = kPageOffset5;
    const bool up = o.direction == Direction::bottom_up;
    EXPECT_EQ(ranges_of(direct_map(std::vector{low, far}, o)),
              (std::vector{range_of(0, kMi), up ? far : low, up ? low : far}));
  }
}

// What memblock is asked for lies between min_pfn_mapped and max_pfn_mapped.
TEST(DirectMap, TablesFromWhatIsMappedBottomUp) {
  DirectMapOptions o = bottom_up_options(2 * kGi, 0x3c30800);
  o.brk_tables = range_of(0x3c20000, 0x3c20000);
  const DirectMap d = direct_map(std::vector{range_of(kMi, 2 * kGi)}, o);
  ASSERT_EQ(d.steps.front().tables.size(), 3u);
  for (const TableRequest& t : d.steps.front().tables) {
    EXPECT_TRUE(t.limits.empty());  // nothing is mapped yet
    EXPECT_TRUE(t.may_extend_brk);
  }
  // 64 KiB less than 2 MiB, 2 MiB, to 512 MiB, to 1 GiB, and then the table of the second GiB.
  ASSERT_EQ(d.steps[5].range, range_of(kGi, 2 * kGi));
  ASSERT_EQ(d.steps[5].tables.size(), 1u);
  EXPECT_EQ(d.steps[5].tables[0].level, 2u);
  EXPECT_EQ(d.steps[5].tables[0].limits, range_of(0x3c30000, kGi));
}

// kernel: init_trampoline(), which takes pages of the brk behind init_memory_mapping()'s first
TEST(DirectMap, PagesOfTheBrkThatAnotherTakesAreGone) {
  DirectMapOptions o = steps_options(2 * kGi);
  o.pages_behind_first = 13;
  const DirectMap d = direct_map(std::vector{range_of(kMi, 2 * kGi)}, o);
  EXPECT_EQ(d.brk_tables_used, 16u);  // 3 for the first MiB
  ASSERT_EQ(d.steps[1].tables.size(), 1u);
  EXPECT_FALSE(d.steps[1].tables[0].from_brk_tables);
  EXPECT_TRUE(d.steps[1].tables[0].limits.empty());
}

TEST(DirectMap, TheLowEndIsOfWhatIsMappedBelow4GiB) {
  const DirectMap hole = direct_map(
      std::vector{range_of(kMi, 0xf0000000), range_of(4 * kGi, 5 * kGi)}, steps_options(5 * kGi));
  EXPECT_EQ(hole.max_low_pfn_mapped, Pfn{0xf0000});
  EXPECT_EQ(hole.max_pfn_mapped, Pfn{0x140000});
  const DirectMap all = direct_map(std::vector{range_of(kMi, 5 * kGi)}, steps_options(5 * kGi));
  EXPECT_EQ(all.max_low_pfn_mapped, Pfn{0x100000});
}

}  // namespace
}  // namespace memmap::paging
