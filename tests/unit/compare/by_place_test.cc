// What depends on the place, of outcomes made up.
#include "compare/by_place.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "boot/owner.h"

namespace memmap::compare {
namespace {

boot::Outcome outcome(std::uint64_t mem_total_kib, std::optional<PhysRange> crash_kernel) {
  boot::Outcome out;
  out.totals.mem_total_kib = mem_total_kib;
  if (crash_kernel) {
    out.owners.push_back({.range = *crash_kernel, .owner = &boot::owner::kCrashKernel});
  } else {
    out.events.push_back({.severity = Severity::warning, .text = "crashkernel reservation failed"});
  }
  return out;
}

const Spread& of(const std::vector<Spread>& spreads, std::string_view key) {
  const auto found = std::ranges::find(spreads, key, &Spread::key);
  EXPECT_NE(found, spreads.end()) << key;
  return *found;
}

TEST(ByPlace, TellsHowFiguresSpread) {
  ByPlace boots;
  boots.add(PhysAddr{16 * kMiB},
            answers_of(outcome(1000, PhysRange::make(kGiB, kGiB + 64 * kMiB))));
  boots.add(PhysAddr{18 * kMiB}, answers_of(outcome(1000, std::nullopt)));
  boots.add(PhysAddr{20 * kMiB}, answers_of(outcome(1000, PhysRange::make(kMiB, 65 * kMiB))));
  EXPECT_EQ(boots.boots(), 3u);
  const std::vector<Spread> spreads = boots.spreads();
  EXPECT_EQ(spreads.size(), 3u);  // what no boot has is left out
  EXPECT_FALSE(boots.depends(of(spreads, "mem_total")));
  const Spread& size = of(spreads, "crash_kernel");
  EXPECT_EQ(size.boots, 2u);
  EXPECT_EQ(size.least, 64 * kMiB);
  EXPECT_TRUE(boots.depends(size));
  const Spread& place = of(spreads, "crash_kernel_at");
  EXPECT_EQ(place.least, kMiB);
  EXPECT_EQ(place.least_at, PhysAddr{20 * kMiB});
  EXPECT_EQ(place.most_at, PhysAddr{16 * kMiB});
}

TEST(ByPlace, TellsComplaintsOfSomeBoots) {
  ByPlace boots;
  boots.add(PhysAddr{16 * kMiB}, answers_of(outcome(1000, std::nullopt)));
  EXPECT_TRUE(boots.complaints().empty());  // all have it
  boots.add(PhysAddr{18 * kMiB}, answers_of(outcome(1000, PhysRange::make(kMiB, 2 * kMiB))));
  ASSERT_EQ(boots.complaints().size(), 1u);
  EXPECT_EQ(boots.complaints()[0].boots, 1u);
  EXPECT_EQ(boots.complaints()[0].first_at, PhysAddr{16 * kMiB});
}

}  // namespace
}  // namespace memmap::compare
