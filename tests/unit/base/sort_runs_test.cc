#include "base/sort_runs.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <vector>

namespace memmap {
namespace {

std::vector<std::uint64_t> sorted_runs(std::vector<std::uint64_t> values) {
  sort_runs(values);
  return values;
}

TEST(SortRuns, OfNothingAndOfOne) {
  EXPECT_THAT(sorted_runs({}), testing::IsEmpty());
  EXPECT_THAT(sorted_runs({7}), testing::ElementsAre(7));
  EXPECT_THAT(sorted_runs({1, 1, 4}), testing::ElementsAre(1, 1, 4));
}

TEST(SortRuns, OfEqualValuesOne) {
  std::vector<std::uint64_t> values{1, 4, 4, 9, 1, 2, 4};
  sort_runs_once(values);
  EXPECT_THAT(values, testing::ElementsAre(1, 2, 4, 9));
}

// Up to runs that are too many, each of one to seven values, to all of them descending.
TEST(SortRuns, AsAnySort) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (std::size_t runs = 2; runs < 140; ++runs) {
    std::vector<std::uint64_t> values;
    for (std::size_t run = 0; run < runs; ++run) {
      const std::size_t start = values.size();
      for (std::uint64_t n = 1 + random(7); n != 0; --n) values.push_back(random(1000));
      std::sort(values.begin() + static_cast<std::ptrdiff_t>(start), values.end());
    }
    std::vector<std::uint64_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted_runs(values), sorted) << runs;
    std::vector<std::uint64_t> reversed(sorted.rbegin(), sorted.rend());
    EXPECT_EQ(sorted_runs(reversed), sorted) << runs;
  }
}

}  // namespace
}  // namespace memmap
