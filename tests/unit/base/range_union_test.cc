#include "base/range_union.h"

#include <gmock/gmock.h>

namespace memmap {
namespace {

using testing::ElementsAre;

PhysRange at(std::uint64_t base, std::uint64_t end) { return PhysRange::make(base, end); }

TEST(RangeUnion, JoinsWhatOverlapsOrTouches) {
  EXPECT_THAT(united({at(4, 6), at(0, 2), at(5, 9), at(2, 3), at(7, 7)}),
              ElementsAre(at(0, 3), at(4, 9)));
}

TEST(RangeUnion, TakesAwayEachHole) {
  const std::vector<PhysRange> ranges = {at(2, 6), at(8, 12), at(14, 16)};
  EXPECT_THAT(without(ranges, std::vector{at(0, 3), at(4, 5), at(11, 15)}),
              ElementsAre(at(3, 4), at(5, 6), at(8, 11), at(15, 16)));
  EXPECT_THAT(without(ranges, std::vector<PhysRange>{}), testing::ElementsAreArray(ranges));
  EXPECT_THAT(without(ranges, std::vector{at(0, 20)}), ElementsAre());
}

// Hole by hole it comes to the same, wherever both lists begin and end.
TEST(RangeUnion, TakesAwayAllHolesAtOnce) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  const auto some = [&] {
    std::vector<PhysRange> out;
    for (std::uint64_t n = random(6); n > 0; --n) {
      const std::uint64_t base = random(40);
      out.push_back(at(base, base + random(8)));
    }
    return united(std::move(out));
  };
  for (int round = 0; round < 2000; ++round) {
    const std::vector<PhysRange> ranges = some();
    const std::vector<PhysRange> holes = some();
    std::vector<PhysRange> left = ranges;
    for (const PhysRange hole : holes) left = without(left, hole);
    EXPECT_EQ(without(ranges, holes), left);
  }
}

}  // namespace
}  // namespace memmap
