// What changes between two kernels, in either direction.
#include "boot/changes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace memmap::boot {
namespace {

using kernel::Version;

const Change* find(const std::vector<Change>& changes, std::string_view name) {
  const auto found = std::ranges::find_if(
      changes, [&](const Change& c) { return c.difference == name || c.function == name; });
  return found == changes.end() ? nullptr : &*found;
}

TEST(Changes, BeginAndEnd) {
  const auto changes = boot::changes(Version{5, 10, 0}, Version{5, 15, 0});
  const Change* begins = find(changes, "reserves_first_mib");
  ASSERT_NE(begins, nullptr);
  EXPECT_TRUE(begins->begins);
  EXPECT_EQ(begins->at.text(), "5.13");
  const Change* ends = find(changes, "crash_kernel_reserves_first_mib");
  ASSERT_NE(ends, nullptr);
  EXPECT_FALSE(ends->begins);
  EXPECT_EQ(ends->at.text(), "5.13");
  const Change* step = find(changes, "trim_low_memory_range");
  ASSERT_NE(step, nullptr);
  EXPECT_FALSE(step->begins);
  EXPECT_EQ(step->phase, "setup_arch");
}

TEST(Changes, ReadBackwardsEndWhereTheyBegan) {
  const auto forward = boot::changes(Version{5, 4, 0}, Version{6, 12, 0});
  const auto back = boot::changes(Version{6, 12, 0}, Version{5, 4, 0});
  ASSERT_EQ(forward.size(), back.size());
  EXPECT_FALSE(forward.empty());
  for (std::size_t i = 0; i < forward.size(); ++i) {
    EXPECT_NE(forward[i].begins, back[i].begins);
    EXPECT_EQ(forward[i].at.text(), back[i].at.text());
    EXPECT_EQ(forward[i].function, back[i].function);
  }
}

TEST(Changes, FollowStableSeries) {
  EXPECT_NE(find(boot::changes(Version{6, 12, 23}, Version{6, 12, 24}), "e820_nosave_between_ram"),
            nullptr);
  EXPECT_TRUE(boot::changes(Version{6, 12, 24}, Version{6, 12, 117}).empty());
}

// A step that names a difference is told once, as that.
TEST(Changes, TellADifferenceOnce) {
  const auto changes = boot::changes(Version{5, 10, 0}, Version{5, 15, 0});
  EXPECT_NE(find(changes, "efi_map_reserved_early"), nullptr);
  EXPECT_EQ(find(changes, "efi_memblock_x86_reserve_range"), nullptr);
}

}  // namespace
}  // namespace memmap::boot
