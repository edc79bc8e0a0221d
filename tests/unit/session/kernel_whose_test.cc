// What a report's notes say of whose kernel it is.
#include "session/kernel_whose.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernel/version.h"

namespace memmap::session {
namespace {

kernel::Profile standing_for(const std::string& release) {
  return {.name = "generic",
          .version = kernel::parse_version(release).value_or(kernel::Version{}),
          .stands_for = release,
          .distribution = "debian"};
}

std::vector<std::string> notes_of(const std::string& release, kernel::Profile& profile) {
  Machine machine;
  machine.kernel_release = release;
  return take_distribution(&machine, profile);
}

std::vector<std::string> notes_of(const std::string& release) {
  kernel::Profile profile = standing_for(release);
  return notes_of(release, profile);
}

TEST(KernelWhose, KernelsThatFollowTheirVersionAreNotToldOf) {
  for (const char* release : {"6.12.31", "6.1.0-55-amd64", "6.16.12+deb14+1-amd64", "6.8.4-2-pve",
                              "6.8.9-300.fc40.x86_64", "7.0.10-arch1-1", "5.15.0-67-generic"}) {
    EXPECT_TRUE(notes_of(release).empty()) << release;
  }
}

TEST(KernelWhose, OthersAre) {
  struct Row {
    const char* release;
    const char* want;
  };
  const Row kRows[] = {
      {"6.8.12-grsec+",
       "whose kernel 6.8.12-grsec+ is, nothing tells: the rules are those of Linux 6.8.12, "
       "whatever "
       "its makers changed"},
      {"5.14.21-150500.55.7-default",
       "5.14.21-150500.55.7-default is one of SUSE Linux Enterprise and Leap's kernels, and what "
       "these change was not read: the rules are those of Linux 5.14.21"},
      {"4.18.0-80.7.1.el8_0.x86_64",
       "4.18.0-80.7.1.el8_0.x86_64 is one of Enterprise Linux 8's kernels: 2 of the rules are "
       "otherwise than in Linux 4.18.0"},
  };
  for (const Row& row : kRows) EXPECT_EQ(notes_of(row.release), std::vector<std::string>{row.want});
}

TEST(KernelWhose, ABuildThatWasNotReadIsSaid) {
  const auto notes = notes_of("5.14.0-611.5.1.el9_7.x86_64");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("; its build was not read, but kernel-5.14.0-70.30.1.el9_0"),
            std::string::npos)
      << notes[0];
}

TEST(KernelWhose, WhatStandsForAKernelIsOfItsDistribution) {
  kernel::Profile el9 = standing_for("5.14.0-427.42.1.el9_4.x86_64");
  notes_of("5.14.0-427.42.1.el9_4.x86_64", el9);
  EXPECT_EQ(el9.distribution, "el9");
  kernel::Profile own = standing_for("6.8.12-grsec+");
  notes_of("6.8.12-grsec+", own);
  EXPECT_EQ(own.distribution, "");
  // The first line told what the release does not.
  Machine machine;
  machine.kernel_release = "6.6.31-0-lts";
  machine.kernel_distribution = "alpine";
  kernel::Profile alpine = standing_for("6.6.31-0-lts");
  EXPECT_EQ(take_distribution(&machine, alpine).size(), 1u);
  EXPECT_EQ(alpine.distribution, "alpine");
}

TEST(KernelWhose, KernelsBefore42InitialiseAllStructPagesAtOnce) {
  const auto defers = [](const std::string& release) {
    kernel::Profile profile = standing_for(release);
    profile.deferred_struct_page_init = true;
    notes_of(release, profile);
    return profile.deferred_struct_page_init;
  };
  EXPECT_FALSE(defers("4.1.12-generic"));
  EXPECT_TRUE(defers("4.2.0-generic"));
  EXPECT_TRUE(defers("3.10.0-1160.90.1.el7.x86_64"));
}

TEST(KernelWhose, AnotherKernelThanTheMachinesIsToldWhereItsBuildsMatter) {
  kernel::Profile debian{
      .name = "6.1.0-55-amd64", .version = {6, 1, 192}, .distribution = "debian"};
  const auto of_el = notes_of("5.14.0-503.40.1.el9_5.x86_64", debian);
  ASSERT_EQ(of_el.size(), 1u);
  EXPECT_TRUE(
      of_el[0].starts_with("the machine ran 5.14.0-503.40.1.el9_5.x86_64, one of Enterprise "
                           "Linux 9's kernels; 6.1.0-55-amd64 that boots here differs in "))
      << of_el[0];
  EXPECT_TRUE(notes_of("6.1.4-arch1-1", debian).empty());
  EXPECT_EQ(debian.distribution, "debian");
  EXPECT_TRUE(take_distribution(nullptr, debian).empty());
}

}  // namespace
}  // namespace memmap::session
