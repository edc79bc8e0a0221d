// The table of kernel differences against itself, and against the kernels that stand for it here.
#include "kernel/differences.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::kernel {
namespace {

namespace fs = std::filesystem;

// `version: "6.1.192"` of a profile, `Linux version 6.1.0-55-amd64 ... Debian 6.1.192-3 ...` of a log:
// the last that the line tells.
std::optional<Version> version_in(const fs::path& file, std::string_view lead) {
  std::ifstream in(file);
  std::string line;
  for (int n = 0; n < 2000 && std::getline(in, line); ++n) {
    const std::size_t at = line.find(lead);
    if (at == line.npos) continue;
    constexpr std::string_view kDebian = " Debian ";
    const std::size_t debian = line.find(kDebian, at);
    const auto patch = debian == line.npos
                           ? std::nullopt
                           : parse_version(std::string_view(line).substr(debian + kDebian.size()));
    return patch ? patch : parse_version(std::string_view(line).substr(at + lead.size()));
  }
  return std::nullopt;
}

// The kernels that the profiles and boots below `root` stand for.
std::vector<Version> kernels_of(const fs::path& root) {
  std::set<Version> found;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(root, none)) {
    const std::string name = entry.path().filename();
    const bool profile = name.ends_with(".yaml");
    if (!profile && !name.ends_with(".txt")) continue;
    if (const auto v = version_in(entry.path(), profile ? "version: \"" : "Linux version ")) {
      found.insert(*v);
    }
  }
  return {found.begin(), found.end()};
}

std::vector<Version> own_kernels() {
  const fs::path root = MEMMAP_SOURCE_DIR;
  std::vector<Version> all = kernels_of(root / "share/kernels");
  std::ranges::copy(kernels_of(root / "tests/conformance"), std::back_inserter(all));
  return all;
}

// The larger corpus, where it is at hand.
std::vector<Version> corpus_kernels() {
  const std::string_view beside = MEMMAP_CORPUS;
  return beside.empty() ? std::vector<Version>{} : kernels_of(beside);
}

bool separated(const Difference& d, const std::vector<Version>& kernels) {
  return std::ranges::any_of(kernels, [&](Version v) { return d.holds(v); }) &&
         std::ranges::any_of(kernels, [&](Version v) { return !d.holds(v); });
}

TEST(Differences, EachSeparatesTwoKernelsOrSaysWhyNot) {
  const std::vector<Version> own = own_kernels();
  ASSERT_GE(own.size(), 4u);
  std::vector<Version> all = own;
  std::ranges::copy(corpus_kernels(), std::back_inserter(all));
  for (const Difference& d : differences()) {
    EXPECT_TRUE(separated(d, all) || !d.unseen.empty())
        << d.name << ": no two kernels here differ in it; add a boot, or say why there is none";
    EXPECT_FALSE(separated(d, own) && !d.unseen.empty()) << d.name << ": it is seen";
  }
}

TEST(Differences, WhatWasReadAgrees) {
  for (const Difference& d : differences()) {
    std::istringstream words{std::string(d.read)};
    std::optional<bool> last;
    for (std::string word; words >> word;) {
      const auto v = parse_version(word);
      ASSERT_TRUE(v) << d.name;
      EXPECT_NE(last, d.holds(*v)) << d.name << ": " << word << " is like the one before it";
      last = d.holds(*v);
    }
  }
}

TEST(Differences, AreWellFormed) {
  std::set<std::string_view> names;
  for (const Difference& d : differences()) {
    EXPECT_TRUE(names.insert(d.name).second) << d.name;
    EXPECT_FALSE(d.since.empty() && d.until.empty()) << d.name;
    EXPECT_FALSE(d.file.empty() || d.what.empty()) << d.name;
    if (!d.since.empty() && !d.until.empty()) {
      EXPECT_LT(d.since.first(), d.until.first()) << d.name;
    }
  }
}

// What no version was given for is the newest kernel.
TEST(Differences, TheNewestKernelIsTheDefault) {
  const Behaviour unset;
  const Behaviour newest = behaviour_of(Version{9999, 0, 0}, 6);
  for (const Difference& d : differences()) EXPECT_EQ(unset.*d.member, newest.*d.member) << d.name;
  EXPECT_EQ(unset.e820_table_full, newest.e820_table_full);
  EXPECT_EQ(unset.memblock_free_line, newest.memblock_free_line);
  EXPECT_EQ(unset.bounded, newest.bounded);
  EXPECT_EQ(unset.bounded_crash_kernel, newest.bounded_crash_kernel);
  EXPECT_EQ(unset.bringup_cpumasks, newest.bringup_cpumasks);
  EXPECT_EQ(unset.command_line_copies, newest.command_line_copies);
  EXPECT_EQ(unset.max_numnodes, newest.max_numnodes);
}

TEST(Threshold, FollowsMainlineAndItsStableSeries) {
  constexpr Threshold kT("6.15 6.14.3 6.12.24");
  EXPECT_TRUE(kT.reached({6, 15, 0}));
  EXPECT_TRUE(kT.reached({7, 0, 0}));
  EXPECT_TRUE(kT.reached({6, 14, 3}));
  EXPECT_FALSE(kT.reached({6, 14, 2}));
  EXPECT_FALSE(kT.reached({6, 13, 99}));
  EXPECT_TRUE(kT.reached({6, 12, 24}));
  EXPECT_FALSE(kT.reached({6, 12, 23}));
  EXPECT_FALSE(Threshold().reached({9, 0, 0}));
}

}  // namespace
}  // namespace memmap::kernel
