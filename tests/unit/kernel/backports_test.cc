// The rows of distributions' kernels against the table of differences, and what they make of a kernel.
#include "kernel/backports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "kernel/behaviour.h"
#include "kernel/distribution.h"

namespace memmap::kernel {
namespace {

Profile kernel(const char* release) {
  return {.name = release, .version = parse_version(release).value_or(Version{})};
}

// A row that says what its version says anyway is in the way.
TEST(Backports, EachDiffersFromItsVersion) {
  for (const Backport& b : backports()) {
    const Difference* d = find_difference(b.name);
    ASSERT_NE(d, nullptr) << b.name;
    EXPECT_EQ(d->member, b.member) << b.name;
    ASSERT_NE(find_distribution(b.distribution), nullptr) << b.distribution;
    const bool never = b.since == std::numeric_limits<unsigned>::max();
    EXPECT_TRUE(never || b.until == 0 || b.since < b.until) << b.name;
    const bool always = b.since == 0 && b.until == 0;
    const bool own = d->holds(b.series);
    EXPECT_FALSE(never && !own) << b.distribution << ' ' << b.name;
    EXPECT_FALSE(always && own) << b.distribution << ' ' << b.name;
  }
}

struct BackportCase {
  const char* release;
  bool Behaviour::*member;
  bool want;
};
constexpr BackportCase kRows[] = {
    // The first MiB: for a crash kernel alone, then always; mainline from 5.13
    {"4.18.0-80.7.1.el8_0.x86_64", &Behaviour::crash_kernel_reserves_first_mib, false},
    {"4.18.0-305.25.1.el8_4.x86_64", &Behaviour::crash_kernel_reserves_first_mib, true},
    {"4.18.0-305.25.1.el8_4.x86_64", &Behaviour::reserves_first_mib, false},
    {"4.18.0-348.el8.x86_64", &Behaviour::reserves_first_mib, true},
    {"4.18.0-553.el8_10.x86_64", &Behaviour::crash_kernel_reserves_first_mib, false},
    {"4.18.0", &Behaviour::reserves_first_mib, false},
    // memblock's room check; mainline from 6.3
    {"5.14.0-427.42.1.el9_4.x86_64", &Behaviour::memblock_tight_room_check, false},
    {"5.14.0-503.40.1.el9_5.x86_64", &Behaviour::memblock_tight_room_check, true},
    {"5.14.0", &Behaviour::memblock_tight_room_check, false},
    // Two spans of builds
    {"5.14.0-162.el9.x86_64", &Behaviour::hugetlb_cma_aligns_to_page, true},
    {"5.14.0-427.el9.x86_64", &Behaviour::hugetlb_cma_aligns_to_page, false},
    {"5.14.0-570.el9.x86_64", &Behaviour::hugetlb_cma_aligns_to_page, true},
    {"6.12.0-55.24.1.el10_0.x86_64", &Behaviour::highatomic_counts_free, true},
    {"6.12.0", &Behaviour::highatomic_counts_free, false},
    // Another series of the same distribution's has no rows
    {"6.1.0-1.el9.x86_64", &Behaviour::allocates_within_bounds, true},
    {"5.15.0-78-generic", &Behaviour::cpu_entry_areas_are_random, false},
    {"5.15.0-79-generic", &Behaviour::cpu_entry_areas_are_random, true},
};

TEST(Backports, MakeTheKernel) {
  for (const BackportCase& row : kRows) {
    const Profile p = kernel(row.release);
    EXPECT_EQ(behaviour_of(p).*row.member, row.want) << row.release;
    const auto all = differences();
    const auto d = std::ranges::find(all, row.member, &Difference::member);
    ASSERT_NE(d, all.end());
    EXPECT_EQ(does(p, *d), row.want) << row.release << ' ' << d->name;
  }
}

// What follows from a rule follows from a distribution's too.
TEST(Backports, WhatRowsComeToFollows) {
  EXPECT_EQ(behaviour_of(kernel("5.14.0")).bounded, Behaviour::Bounded::finds_and_reserves);
  EXPECT_EQ(behaviour_of(kernel("5.14.0-70.el9.x86_64")).bounded, Behaviour::Bounded::allocates);
  EXPECT_EQ(behaviour_of(kernel("5.14.0-570.el9.x86_64")).bringup_cpumasks, 1u);
}

TEST(Backports, OfOthersAreNone) {
  for (const char* release : {"5.14.0", "5.14.0-1-amd64", "5.14.21-150500.55.7-default"}) {
    Behaviour b = behaviour_of(kernel(release).version, 6);
    EXPECT_EQ(take_backports(kernel(release), b), 0u) << release;
  }
  Behaviour b = behaviour_of(Version{5, 14, 0}, 6);
  EXPECT_GT(take_backports(kernel("5.14.0-570.el9.x86_64"), b), 20u);
}

// A profile that does not tell its build is taken for the newest that was read.
TEST(Backports, WithoutABuild) {
  const Profile mine{.name = "mine", .version = {5, 14, 0}, .distribution = "el9"};
  EXPECT_TRUE(behaviour_of(mine).crash_kernel_is_generic);
  EXPECT_FALSE(build_was_read(mine));
  EXPECT_TRUE(build_was_read(kernel("5.14.0-503.el9.x86_64")));
  EXPECT_FALSE(build_was_read(kernel("5.14.0-611.el9.x86_64")));
  EXPECT_FALSE(build_was_read(kernel("4.18.0-147.el8.x86_64")));
  EXPECT_TRUE(build_was_read(kernel("6.12.31")));
}

// What stands for a kernel of EL has EL's configuration, as far as it was read.
TEST(Backports, Settings) {
  Profile p = kernel("4.18.0-147.el8.x86_64");
  p.x86_5level = false;
  take_settings(p);
  EXPECT_TRUE(p.x86_5level);
  EXPECT_TRUE(p.deferred_struct_page_init);
  EXPECT_EQ(p.nodes_shift, 10u);
  EXPECT_EQ(p.config["NR_CPUS"], "8192");
  Profile other = kernel("6.12.31");
  take_settings(other);
  EXPECT_TRUE(other.config.empty());
}

}  // namespace
}  // namespace memmap::kernel
