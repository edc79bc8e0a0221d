// Shares of a sweep.
#include "sweep/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace memmap::sweep {
namespace {

TEST(Shard, EachIndexHasOneShareAndSharesAreOfOneSize) {
  for (const std::uint64_t n : {1u, 2u, 3u, 7u, 8u, 64u}) {
    std::vector<std::uint64_t> sizes(n);
    constexpr std::uint64_t kCount = 1000;
    for (std::uint64_t i = 0; i < kCount; ++i) {
      std::uint64_t owners = 0;
      for (std::uint64_t k = 1; k <= n; ++k) {
        if (!Shard{k, n}.has(i)) continue;
        ++owners;
        ++sizes[k - 1];
      }
      ASSERT_EQ(owners, 1U) << i << " of " << n;
    }
    const auto [least, most] = std::ranges::minmax(sizes);
    EXPECT_LE(most - least, 1U) << n;
  }
}

// An axis of n values must not put all that are alike into one share.
TEST(Shard, FollowsNoPeriod) {
  for (const std::uint64_t period : {2u, 4u, 7u, 8u, 9u, 16u}) {
    std::vector<unsigned> seen(period);
    for (std::uint64_t i = 0; i < 4000; ++i) seen[i % period] += Shard{3, 8}.has(i);
    EXPECT_GT(*std::ranges::min_element(seen), 0U) << period;
  }
}

TEST(Shard, IsReadAsKOfN) {
  EXPECT_EQ(*parse_shard("3/8"), (Shard{3, 8}));
  EXPECT_EQ(parse_shard("3/8")->text(), "3/8");
  for (const char* text : {"", "3", "0/8", "9/8", "1/0", "-1/2", "1/2/3", "1/1000001"})
    EXPECT_FALSE(parse_shard(text)) << text;
}

}  // namespace
}  // namespace memmap::sweep
