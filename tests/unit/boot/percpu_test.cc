#include <gtest/gtest.h>

#include <ostream>

#include "boot/mm/percpu_layout.h"

namespace memmap::boot::percpu {
namespace {

constexpr std::uint64_t k2M = 0x200000;

struct PercpuCase {
  const char* name;
  Request request;
  std::vector<int> nodes;
  std::uint64_t dynamic_size;
  std::uint64_t unit_size;
  std::vector<std::uint64_t> units;  // of each group
};
void PrintTo(const PercpuCase& c, std::ostream* out) { *out << c.name; }

class Layouts : public testing::TestWithParam<PercpuCase> {};

TEST_P(Layouts, FollowTheKernel) {
  const PercpuCase& c = GetParam();
  const Layout got = layout(c.request, c.nodes);
  EXPECT_EQ(got.dynamic_size, c.dynamic_size);
  EXPECT_EQ(got.unit_size, c.unit_size);
  std::vector<std::uint64_t> units;
  for (const Group& g : got.groups) units.push_back(g.units);
  EXPECT_EQ(units, c.units);
  EXPECT_EQ((got.static_size + got.reserved_size + got.dynamic_size) % 4096, 0u);
}

const PercpuCase kPercpuCases[] = {
    // Eight units would fit into 2 MiB; as few as serve without waste are made.
    {"one_cpu", {0x39000, 0x2000, 0x7000, k2M}, {0}, 0x7000, k2M, {1}},
    {"two_cpus", {0x39000, 0x2000, 0x7000, k2M}, {0, 0}, 0x7000, k2M / 2, {2}},
    {"three_cpus", {0x39000, 0x2000, 0x7000, k2M}, {0, 0, 0}, 0x7000, k2M / 4, {4}},
    {"eight_cpus", {0x39000, 0x2000, 0x7000, k2M}, std::vector<int>(8), 0x7000, k2M / 4, {8}},
    {"sixteen_small", {0x10000, 0x2000, 0x7000, k2M}, std::vector<int>(16), 0x7000, k2M / 16, {16}},
    {"groups_of_nodes", {0x39000, 0x2000, 0x7000, k2M}, {0, 1, 0, 1}, 0x7000, k2M / 2, {2, 2}},
    {"uneven_nodes", {0x39000, 0x2000, 0x7000, k2M}, {0, 1, 1, 1}, 0x7000, k2M, {1, 3}},
    {"rounds_to_pages", {0x39010, 0x2000, 0x7000, k2M}, {0, 0}, 0x7ff0, k2M / 2, {2}},
    {"page_by_page", {0x39000, 0x2000, 0x5000, 4096}, {0, 0}, 0x5000, 0x40000, {2}},
    {"at_least_32K", {0x1000, 0, 0x1000, 4096}, {0}, 0x1000, 0x8000, {1}},
    {"more_than_2M", {0x300000, 0, 0x1000, k2M}, {0, 0}, 0x1000, 2 * k2M, {2}},
};
INSTANTIATE_TEST_SUITE_P(, Layouts, testing::ValuesIn(kPercpuCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::boot::percpu
