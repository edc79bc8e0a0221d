// The direct map of random memory: what is mapped, and with which tables.
#include <gtest/gtest.h>

#include <random>

#include "property/stages/direct_map_model.h"

namespace memmap::paging::test {
namespace {

class DirectMapOf : public testing::TestWithParam<unsigned> {};

TEST_P(DirectMapOf, RandomMemory) {
  std::mt19937_64 rng(GetParam());
  EXPECT_EQ(direct_map_difference(std::ref(rng)), "");
}

INSTANTIATE_TEST_SUITE_P(Random, DirectMapOf, testing::Range(0u, 150u));

}  // namespace
}  // namespace memmap::paging::test
