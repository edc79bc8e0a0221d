// What changes between two kernels, in either direction.
#include "boot/changes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace memmap::boot {
namespace {

using kernel::Version;

std::vector<Change> changes_between(Version a, Version b) {
  const kernel::Profile first{.version = a};
  const kernel::Profile second{.version = b};
  return changes(first, second);
}

const Change* find(const std::vector<Change>& changes, std::string_view name) {
  const auto found = std::ranges::find_if(
      changes, [&](const Change& c) { return c.difference == name || c.function == name; });
  return found == changes.end() ? nullptr : &*found;
}

const Change* find_step(const std::vector<Change>& changes, std::string_view function) {
  const auto found = std::ranges::find_if(
      changes, [&](const Change& c) { return c.difference.empty() && c.function == function; });
  return found == changes.end() ? nullptr : &*found;
}

TEST(Changes, BeginAndEnd) {
  const auto changes = changes_between(Version{5, 10, 0}, Version{5, 15, 0});
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
  const auto forward = changes_between(Version{5, 4, 0}, Version{6, 12, 0});
  const auto back = changes_between(Version{6, 12, 0}, Version{5, 4, 0});
  ASSERT_EQ(forward.size(), back.size());
  EXPECT_FALSE(forward.empty());
  for (std::size_t i = 0; i < forward.size(); ++i) {
    EXPECT_NE(forward[i].begins, back[i].begins);
    EXPECT_EQ(forward[i].at.text(), back[i].at.text());
    EXPECT_EQ(forward[i].function, back[i].function);
  }
}

TEST(Changes, FollowStableSeries) {
  EXPECT_NE(
      find(changes_between(Version{6, 12, 23}, Version{6, 12, 24}), "e820_nosave_between_ram"),
      nullptr);
  EXPECT_TRUE(changes_between(Version{6, 12, 29}, Version{6, 12, 66}).empty());
}

// A stable release has what a later one of mainline does not have yet.
TEST(Changes, TellWhatTheNewerKernelDoesNotHaveYet) {
  const auto tables = changes_between(Version{5, 10, 262}, Version{5, 11, 0});
  const Change* of_5_12 = find(tables, "acpi_reserves_tables");
  ASSERT_NE(of_5_12, nullptr);
  EXPECT_FALSE(of_5_12->begins);
  EXPECT_TRUE(of_5_12->not_yet_in_newer);
  EXPECT_EQ(of_5_12->at.first(), (Version{5, 12, 0}));
  const auto nodes = changes_between(Version{6, 7, 0}, Version{6, 6, 80});
  const Change* of_6_8 = find(nodes, "numa_memblock_covers");
  ASSERT_NE(of_6_8, nullptr);
  EXPECT_TRUE(of_6_8->begins);
  EXPECT_TRUE(of_6_8->not_yet_in_newer);
  EXPECT_EQ(of_6_8->at.text(), "6.8 6.6.70");
  const Change* of_6_7 = find(nodes, "memblock_resize_panics");
  ASSERT_NE(of_6_7, nullptr);
  EXPECT_FALSE(of_6_7->not_yet_in_newer);
}

TEST(Changes, LieBetweenTheTwo) {
  const Version kVersions[] = {{4, 14, 300}, {5, 4, 90},   {5, 4, 297}, {5, 8, 5},   {5, 8, 18},
                               {5, 10, 0},   {5, 10, 262}, {5, 11, 0},  {5, 11, 22}, {5, 14, 0},
                               {5, 15, 0},   {5, 15, 181}, {5, 16, 0},  {6, 1, 192}, {6, 6, 69},
                               {6, 6, 95},   {6, 7, 0},    {6, 12, 4},  {6, 12, 30}, {6, 13, 0},
                               {6, 14, 2},   {6, 15, 0},   {9999, 0, 0}};
  for (const Version a : kVersions) {
    for (const Version b : kVersions) {
      for (const Change& c : changes_between(a, b)) {
        const Version older = std::min(a, b);
        const Version newer = std::max(a, b);
        EXPECT_EQ(c.at.reached(newer), !c.not_yet_in_newer) << c.difference << c.function;
        EXPECT_EQ(c.at.reached(older), c.not_yet_in_newer) << c.difference << c.function;
      }
    }
  }
}

// A function that goes on within another step is neither gone nor new.
TEST(Changes, TellWhatMovedWithTheStepThatItMovedInto) {
  for (const bool forward : {true, false}) {
    const Version a{5, 10, 0};
    const Version b{5, 15, 0};
    const auto changes = forward ? changes_between(a, b) : changes_between(b, a);
    for (const std::string_view moved :
         {"early_reserve_initrd", "reserve_ibft_region", "reserve_bios_regions",
          "memblock_x86_reserve_range_setup_data"}) {
      EXPECT_EQ(find_step(changes, moved), nullptr) << moved;
    }
    const Change* into = find_step(changes, "early_reserve_memory");
    ASSERT_NE(into, nullptr);
    EXPECT_EQ(into->begins, forward);
    EXPECT_EQ(into->takes_in, (std::vector<std::string_view>{
                                  "early_reserve_initrd", "memblock_x86_reserve_range_setup_data",
                                  "reserve_ibft_region", "reserve_bios_regions"}));
    EXPECT_NE(find(changes, "trim_low_memory_range"), nullptr);  // it is gone
  }
  const auto later = changes_between(Version{5, 15, 0}, Version{6, 12, 0});
  EXPECT_EQ(find_step(later, "early_reserve_memory"), nullptr);
}

// What the kernel's own plugins do by version is told too.
TEST(Changes, TellTheRulesOfPlugins) {
  const auto changes = changes_between(Version{2, 6, 33}, Version{6, 12, 0});
  for (const char* name :
       {"trims_bios_range", "memblock_trims_partial_pages", "snb_reserved_early"}) {
    const Change* change = find(changes, name);
    ASSERT_NE(change, nullptr) << name;
    EXPECT_TRUE(change->begins) << name;
  }
}

// A step that names a difference is told once, as that.
TEST(Changes, TellADifferenceOnce) {
  const auto changes = changes_between(Version{5, 10, 0}, Version{5, 15, 0});
  EXPECT_NE(find(changes, "efi_map_reserved_early"), nullptr);
  EXPECT_EQ(find(changes, "efi_memblock_x86_reserve_range"), nullptr);
}

// EL9's first kernels have what mainline had later, and its later ones what mainline's 5.14 never had.
TEST(Changes, OfADistributionsBuilds) {
  const kernel::Profile mainline{.name = "5.14", .version = {5, 14, 0}};
  const kernel::Profile first{.name = "5.14.0-70.30.1.el9_0", .version = {5, 14, 0}};
  const kernel::Profile later{.name = "5.14.0-570.32.1.el9_6", .version = {5, 14, 0}};
  const auto of_first = changes(mainline, first);
  const Change* within = find(of_first, "allocates_within_bounds");
  ASSERT_NE(within, nullptr);
  EXPECT_TRUE(within->begins);
  EXPECT_EQ(within->distribution, "el9");
  EXPECT_EQ(within->at.text(), "5.15");
  const auto between = changes(first, later);
  EXPECT_NE(find(between, "crash_kernel_is_generic"), nullptr);
  EXPECT_EQ(find(between, "allocates_within_bounds"), nullptr);
  EXPECT_EQ(changes(later, first).size(), between.size());
}

}  // namespace
}  // namespace memmap::boot
