#include "paging/split.h"

#include <gtest/gtest.h>

namespace memmap::paging {
namespace {

constexpr std::uint64_t k4 = kSize4K;
constexpr std::uint64_t k2 = kSize2M;
constexpr std::uint64_t k1 = kSize1G;

MapRange piece(std::uint64_t base, std::uint64_t end, std::uint64_t size) {
  return {PhysRange::make(base, end), size};
}

struct SplitCase {
  const char* name;
  PhysRange range;
  std::uint64_t largest;
  std::vector<PhysRange> memory;
  std::vector<MapRange> want;
};

const PhysRange kAll = PhysRange::make(0, 64 * k1);

const SplitCase kSplitCases[] = {
    {"empty", PhysRange::make(k2, k2), k1, {kAll}, {}},
    {"isa_with_hole",
     PhysRange::make(0, 0x100000),
     k2,
     {PhysRange::make(0x1000, 0x9f000), PhysRange::make(0x100000, k1)},
     {piece(0, 0x100000, k4)}},
    {"isa_where_all_is_memory", PhysRange::make(0, 0x100000), k2, {kAll}, {piece(0, 0x100000, k2)}},
    {"two_megabyte_pages",
     PhysRange::make(0x100000, 0x7ffe0000),
     k2,
     {PhysRange::make(0x100000, 0x7ffe0000)},
     {piece(0x100000, 0x200000, k4), piece(0x200000, 0x7fe00000, k2),
      piece(0x7fe00000, 0x7ffe0000, k4)}},
    {"gigabyte_pages",
     PhysRange::make(0x100000, 3 * k1 + 3 * k2 + k4),
     k1,
     {PhysRange::make(0x100000, 3 * k1 + 3 * k2 + k4)},
     {piece(0x100000, 0x200000, k4), piece(0x200000, k1, k2), piece(k1, 3 * k1, k1),
      piece(3 * k1, 3 * k1 + 3 * k2, k2), piece(3 * k1 + 3 * k2, 3 * k1 + 3 * k2 + k4, k4)}},
    {"small_pages_only",
     PhysRange::make(0x100000, 3 * k1),
     k4,
     {kAll},
     {piece(0x100000, 3 * k1, k4)}},
    {"within_one_small_page_run",
     PhysRange::make(k2 + k4, k2 + 3 * k4),
     k1,
     {},
     {piece(k2 + k4, k2 + 3 * k4, k4)}},
    {"step_inside_memory_takes_the_whole_page",
     PhysRange::make(k1 + k2, k1 + 2 * k2),
     k1,
     {kAll},
     {piece(k1 + k2, k1 + 2 * k2, k1)}},
    {"page_of_two_regions_is_not_one",
     PhysRange::make(k1 + k2 / 2, k1 + k2),
     k2,
     {PhysRange::make(0, k1 + k2 / 2), PhysRange::make(k1 + k2 / 2, 2 * k1)},
     {piece(k1 + k2 / 2, k1 + k2, k4)}},
    {"half_pages_are_cut_down",
     PhysRange::make(0x1800, 0x3800),
     k2,
     {},
     {piece(0x1000, 0x3000, k4)}},
};

class Split : public testing::TestWithParam<SplitCase> {};

TEST_P(Split, Pieces) {
  const SplitCase& c = GetParam();
  EXPECT_EQ(split_mem_range(c.range, c.largest, c.memory), c.want);
}

INSTANTIATE_TEST_SUITE_P(Table, Split, testing::ValuesIn(kSplitCases),
                         [](const auto& i) { return std::string(i.param.name); });

}  // namespace
}  // namespace memmap::paging
