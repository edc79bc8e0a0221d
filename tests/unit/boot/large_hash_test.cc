#include "boot/mm/large_hash.h"

#include <gtest/gtest.h>

#include <ostream>

#include "base/address.h"

namespace memmap::boot::hash {
namespace {

constexpr std::uint64_t pages(std::uint64_t bytes) { return bytes >> kPageShift; }

struct LargeHashCase {
  const char* name;
  Table table;
  std::uint64_t want;
};
void PrintTo(const LargeHashCase& c, std::ostream* out) { *out << c.name; }

class Entries : public testing::TestWithParam<LargeHashCase> {};

TEST_P(Entries, FollowTheKernel) { EXPECT_EQ(entries(GetParam().table), GetParam().want); }

const LargeHashCase kLargeHashCases[] = {
    {"one_for_8K", {8, 0, 13, 2, pages(kGiB)}, 131072},
    {"one_for_16K", {8, 0, 14, 0, pages(kGiB)}, 65536},
    {"rounded_up", {8, 0, 13, 2, pages(kGiB + kMiB)}, 262144},
    {"whole_megabytes", {8, 0, 13, 2, pages(kGiB) - 255}, 131072},
    {"a_page_at_least", {8, 0, 13, 2, pages(kMiB)}, 512},
    {"adapts_above_64G", {8, 0, 13, 2, pages(128 * kGiB)}, 8388608},
    {"asked_for", {8, 1000, 13, 2, pages(kGiB)}, 1024},
    {"a_sixteenth_at_most", {8, 1ull << 30, 13, 2, pages(kGiB)}, 8388608},
    {"limit_rounds_down", {8, 1ull << 30, 13, 2, pages(kGiB) - 1}, 4194304},
    {"a_limit_of_its_own", {16, 0, 14, 4096, pages(64 * kGiB), 1 << 20}, 1 << 20},
    {"no_memory", {8, 0, 13, 2, 0}, 1},
};
INSTANTIATE_TEST_SUITE_P(, Entries, testing::ValuesIn(kLargeHashCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::boot::hash
