#include "base/blocks.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace memmap {
namespace {

using Blocks = std::vector<std::tuple<unsigned, std::uint64_t, std::uint64_t>>;

Blocks blocks_of(std::uint64_t first, std::uint64_t end, unsigned max_order) {
  Blocks out;
  each_block(first, end, max_order, [&](unsigned order, std::uint64_t at, std::uint64_t count) {
    out.emplace_back(order, at, count);
  });
  return out;
}

TEST(EachBlock, IsAsLargeAsItsPlaceAndTheRestAllow) {
  EXPECT_EQ(blocks_of(3, 26, 4), (Blocks{{0, 3, 1}, {2, 4, 1}, {3, 8, 1}, {3, 16, 1}, {1, 24, 1}}));
}

TEST(EachBlock, TheLargestComeTogether) {
  EXPECT_EQ(blocks_of(3, 26, 2), (Blocks{{0, 3, 1}, {2, 4, 5}, {1, 24, 1}}));
  EXPECT_EQ(blocks_of(0, 1ull << 40, 10), (Blocks{{10, 0, 1ull << 30}}));
}

TEST(EachBlock, NothingHasNone) { EXPECT_TRUE(blocks_of(5, 5, 10).empty()); }

TEST(EachBlock, AreTheWholeRange) {
  for (std::uint64_t first = 0; first < 40; ++first) {
    for (std::uint64_t end = first; end < 80; ++end) {
      std::uint64_t at = first;
      for (const auto& [order, block, count] : blocks_of(first, end, 3)) {
        EXPECT_EQ(block, at);
        EXPECT_EQ(block & ((1ull << order) - 1), 0u);
        at += count << order;
      }
      EXPECT_EQ(at, end);
    }
  }
}

}  // namespace
}  // namespace memmap
