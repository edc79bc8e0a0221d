#include "boot/init/cpu_list.h"

#include <gtest/gtest.h>

#include <ostream>

namespace memmap::boot {
namespace {

using Cpus = std::set<unsigned>;

struct CpuListCase {
  const char* name;
  const char* text;
  std::optional<Cpus> want;  // of 16 processors
};
void PrintTo(const CpuListCase& c, std::ostream* out) { *out << c.name; }

class CpuList : public testing::TestWithParam<CpuListCase> {};

TEST_P(CpuList, IsReadAsTheKernelDoes) {
  EXPECT_EQ(parse_cpu_list(GetParam().text, 16), GetParam().want);
}

const CpuListCase kCpuListCases[] = {
    {"empty", "", Cpus{}},
    {"one", "3", Cpus{3}},
    {"some", "0,2-4", Cpus{0, 2, 3, 4}},
    {"groups", "0-7:2/4", Cpus{0, 1, 4, 5}},
    {"last", "14-N", Cpus{14, 15}},
    {"all_in_groups", "all:1/8", Cpus{0, 8}},
    {"stray_commas", ",1,,2,", Cpus{1, 2}},
    {"white_space", " 1 3\t5,\n7", Cpus{1, 3, 5, 7}},
    {"all_in_capitals", "ALL:1/8", Cpus{0, 8}},
    {"beyond", "16", {}},
    {"pattern_of_one", "3:1/2", {}},
    {"backwards", "3-2", {}},
    {"no_number", "x", {}},
    {"rest", "1x", {}},
    {"group_of_none", "0-7:1/0", {}},
    {"more_than_the_group", "0-7:3/2", {}},
};
INSTANTIATE_TEST_SUITE_P(, CpuList, testing::ValuesIn(kCpuListCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::boot
