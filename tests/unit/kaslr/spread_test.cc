#include <gtest/gtest.h>

#include "kaslr/possible_places.h"

namespace memmap::kaslr {
namespace {

TEST(SpreadOver, HasAllOrTheEndsOfEachArea) {
  PossiblePlaces places;
  places.align = 2;
  places.slots.areas = {{.first = 0, .count = 10}, {.first = 100, .count = 1000}};
  EXPECT_EQ(spread_over(places, 5000).size(), 1010u);
  const auto few = spread_over(places, 50);
  EXPECT_EQ(few.size(), 50u);
  for (const std::uint64_t most : {4u, 5u, 9u}) EXPECT_EQ(spread_over(places, most).size(), most);
  for (const std::uint64_t end : {0u, 9u, 10u, 1009u})
    EXPECT_NE(std::ranges::find(few, end), few.end()) << end;
  EXPECT_EQ(spread_over(PossiblePlaces{}, 7), std::vector<std::uint64_t>{0});
}

}  // namespace
}  // namespace memmap::kaslr
