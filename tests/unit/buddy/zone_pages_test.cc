// Which zone of its node a page is in where zones overlap.
#include "buddy/zone_pages.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

using Parts = std::vector<std::tuple<std::size_t, std::uint64_t, std::uint64_t>>;

// Normal is [10, 100), Movable [20, 40) amid it.
Parts parts_of(PageRun run, bool not_movable) {
  const zones::Zone zones[] = {zone(zones::ZoneType::normal, 10, 100),
                               zone(zones::ZoneType::movable, 20, 40)};
  Parts parts;
  each_zone_pages(run, zones, not_movable, [&](std::size_t zone, PageRun part) {
    parts.emplace_back(zone, part.start, part.end);
  });
  return parts;
}

TEST(ZonePages, TheHighestZoneHasThem) {
  EXPECT_EQ(parts_of({12, 90}, false), (Parts{{0, 12, 20}, {1, 20, 40}, {0, 40, 90}}));
  EXPECT_EQ(parts_of({25, 35}, false), (Parts{{1, 25, 35}}));
  EXPECT_EQ(parts_of({40, 41}, false), (Parts{{0, 40, 41}}));
}

TEST(ZonePages, MirroredOnesAreNotMovable) {
  EXPECT_EQ(parts_of({12, 90}, true), (Parts{{0, 12, 90}}));
}

TEST(ZonePages, WhatNoZoneSpansIsLeftOut) {
  EXPECT_EQ(parts_of({0, 200}, false), (Parts{{0, 10, 20}, {1, 20, 40}, {0, 40, 100}}));
  EXPECT_EQ(parts_of({100, 200}, false), Parts{});
}

}  // namespace
}  // namespace memmap::buddy
