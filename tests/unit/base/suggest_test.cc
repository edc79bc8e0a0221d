#include "base/suggest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace memmap {
namespace {

constexpr std::array<std::string_view, 6> kKnown = {"dmesg", "sysfs", "sysfs-tar",
                                                    "iomem", "mtree", "elf-core"};

struct Case {
  const char* word;
  const char* want;  // empty: none
};
const Case kCases[] = {
    {"dmesg", "dmesg"},         {"dmsg", "dmesg"}, {"DMESG", "dmesg"}, {"dmegs", "dmesg"},
    {"sysf", "sysfs"},          {"systar", ""},    {"mtre", "mtree"},  {"elfcore", "elf-core"},
    {"sysfs_tar", "sysfs-tar"}, {"yaml", ""},      {"", ""},           {"x", ""},
    {"completely-other", ""},
};

TEST(Closest, FindsTheWordMeant) {
  for (const Case& c : kCases) {
    EXPECT_EQ(std::string(closest(c.word, kKnown).value_or("")), c.want) << c.word;
  }
}

TEST(Closest, FirstOfEquallyNear) {
  const std::array<std::string_view, 2> known = {"nid0", "nid1"};
  EXPECT_EQ(closest("nid", known), "nid0");
}

TEST(Closest, LongWordsAreNotCompared) {
  const std::string hostile(1 << 20, 'd');
  EXPECT_FALSE(closest(hostile, kKnown).has_value());
}

TEST(DidYouMean, EndsAMessage) {
  const std::string_view words[] = {"text", "json"};
  EXPECT_EQ(did_you_mean("jsn", words), "; did you mean `json`?");
  EXPECT_EQ(did_you_mean("yaml", words), "");
  EXPECT_EQ(did_you_mean("yaml", words, "there are two"), "; there are two");
}

}  // namespace
}  // namespace memmap
