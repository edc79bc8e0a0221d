// Where the allocation policies that we ship put a block.
#include <gmock/gmock.h>

#include "plugin/adapt/alloc.h"
#include "shipped.h"
#include "support/listed_ranges.h"

namespace memmap::test {
namespace {

struct Search {
  const char* name;
  std::uint64_t size;
  std::uint64_t align;
  std::vector<PhysRange> free;
  std::optional<PhysAddr> want;
};

std::optional<PhysAddr> choose(plugin::AllocPlugin& policy, const Search& search) {
  const memblock::FindRequest request{
      .size = search.size, .align = search.align, .limits = span(0, 0x100000)};
  ListedRanges ranges(request, search.free);
  const auto found = policy.choose(request, ranges);
  EXPECT_FALSE(policy.fault()) << to_string({*policy.fault()});
  return found;
}

std::string search_name(const testing::TestParamInfo<Search>& info) { return info.param.name; }

class BestFit : public testing::TestWithParam<Search> {};
TEST_P(BestFit, IsTheEndOfTheSmallestThatFits) {
  const auto policy = shipped_policy("alloc_bestfit");
  ASSERT_NE(policy, nullptr);
  EXPECT_EQ(choose(*policy, GetParam()), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    All, BestFit,
    testing::Values(
        Search{"smallest",
               0x3000,
               0x1000,
               {span(0x1000, 0x9000), span(0xa000, 0xe000), span(0x10000, 0x20000)},
               PhysAddr{0xb000}},
        Search{"too_small_is_passed_by",
               0x3000,
               0x1000,
               {span(0x1000, 0x9000), span(0xa000, 0xc000)},
               PhysAddr{0x6000}},
        Search{"of_equals_the_highest",
               0x1000,
               0x1000,
               {span(0x1000, 0x3000), span(0x5000, 0x7000)},
               PhysAddr{0x6000}},
        Search{"aligned_downwards", 0x1000, 0x2000, {span(0x1000, 0x6000)}, PhysAddr{0x4000}},
        // [0x1000, 0x2000) is large enough, but no multiple of 0x2000 begins in it.
        Search{"alignment_rules_the_smallest_out",
               0x1000,
               0x2000,
               {span(0x1000, 0x2000), span(0x4000, 0x9000)},
               PhysAddr{0x8000}},
        Search{"exact", 0x1000, 0x1000, {span(0, 0x9000), span(0xa000, 0xb000)}, PhysAddr{0xa000}},
        Search{"none", 0x4000, 0x1000, {span(0, 0x3000), span(0x4000, 0x6000)}, std::nullopt}),
    search_name);

// Blocks of 0x4000.
class LowFragmentation : public testing::TestWithParam<Search> {};
TEST_P(LowFragmentation, BreaksAsFewBlocksAsItCan) {
  const auto policy = shipped_policy("alloc_low_fragmentation", {{"block", "0x4000"}});
  ASSERT_NE(policy, nullptr);
  EXPECT_EQ(choose(*policy, GetParam()), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    All, LowFragmentation,
    testing::Values(
        // Pieces of 0x3000 before and 0x2000 behind the whole blocks, and the other way round.
        Search{"smaller_piece_behind", 0x1000, 0x1000, {span(0x1000, 0x12000)}, PhysAddr{0x11000}},
        Search{"smaller_piece_before", 0x1000, 0x1000, {span(0x2000, 0x13000)}, PhysAddr{0x2000}},
        Search{
            "piece_that_is_too_small", 0x3000, 0x1000, {span(0x1000, 0x12000)}, PhysAddr{0x1000}},
        Search{"range_without_a_whole_block",
               0x2000,
               0x1000,
               {span(0x9000, 0xb000), span(0x10000, 0x18000)},
               PhysAddr{0x9000}},
        // Up to where a block begins, but not before one: as any other, from the end.
        Search{"range_that_ends_at_a_block",
               0x1000,
               0x1000,
               {span(0x9000, 0xc000), span(0x10000, 0x18000)},
               PhysAddr{0xb000}},
        Search{"one_must_break", 0x1000, 0x1000, {span(0x4000, 0xc000)}, PhysAddr{0xb000}},
        // The highest place, [0xb000, 0x10000), would break two.
        Search{"one_rather_than_two", 0x5000, 0x1000, {span(0x3000, 0x10000)}, PhysAddr{0x3000}},
        Search{"none", 0x4000, 0x1000, {span(0, 0x3000), span(0x5000, 0x8000)}, std::nullopt}),
    search_name);

TEST(LowFragmentationOption, IsAPowerOfTwo) {
  const auto made =
      plugin::AllocPlugin::create(shipped_plugin("alloc_low_fragmentation"), {{"block", "0x3000"}});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.errors()[0].message, testing::HasSubstr("must be a power of two"));
}

}  // namespace
}  // namespace memmap::test
