#include "boot/mm/swiotlb.h"

#include <gtest/gtest.h>

#include <ostream>

namespace memmap::boot::swiotlb {
namespace {

struct SwiotlbCase {
  const char* name;
  const char* line;
  Settings want;
};
void PrintTo(const SwiotlbCase& c, std::ostream* out) { *out << c.name; }

class Swiotlb : public testing::TestWithParam<SwiotlbCase> {};

TEST_P(Swiotlb, IsReadAsTheKernelDoes) {
  const Settings got = settings(kernel::parse_command_line(GetParam().line));
  EXPECT_EQ(got.slabs, GetParam().want.slabs);
  EXPECT_EQ(got.areas, GetParam().want.areas);
  EXPECT_EQ(got.force, GetParam().want.force);
  EXPECT_EQ(got.off, GetParam().want.off);
}

const SwiotlbCase kSwiotlbCases[] = {
    {"none", "quiet", {32768, 0, false, false}},
    {"whole_segments", "swiotlb=1000", {1024, 0, false, false}},
    {"areas_round_both", "swiotlb=1000,3", {1024, 4, false, false}},
    {"areas_need_slabs", "swiotlb=128,4", {512, 4, false, false}},
    {"force", "swiotlb=force", {32768, 0, true, false}},
    {"slabs_and_force", "swiotlb=65536,force", {65536, 0, true, false}},
    {"all", "swiotlb=65536,2,noforce", {65536, 2, false, true}},
    {"no_value", "swiotlb", {32768, 0, false, false}},
    {"unknown", "swiotlb=forced", {32768, 0, false, false}},
};
INSTANTIATE_TEST_SUITE_P(, Swiotlb, testing::ValuesIn(kSwiotlbCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::boot::swiotlb
