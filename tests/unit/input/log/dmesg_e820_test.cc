#include "input/log/dmesg_e820.h"

#include <gtest/gtest.h>

namespace memmap::input {
namespace {

struct Name {
  const char* text;
  std::uint32_t type;
};
const Name kNames[] = {
    {"usable", 1},
    {"System RAM", 1},
    {"reserved", 2},
    {"device reserved", 2},
    {"ACPI data", 3},
    {"ACPI NVS", 4},
    {"unusable", 5},
    {"persistent (type 7)", 7},
    {"persistent (type 12)", 12},
    {"persistent RAM (type 7)", 7},
    {"soft reserved", 0xefffffff},
    {"type 20", 20},
    {"type 4294967295", 0xffffffff},
    {"(usable)", 1},
    {"(type 9)", 9},
    {" (ACPI NVS) ", 4},
};

TEST(E820TypeOf, KnowsAllNamesOfAllKernels) {
  for (const Name& n : kNames) {
    const auto type = e820_type_of(n.text);
    ASSERT_TRUE(type) << n.text;
    EXPECT_EQ(raw(*type), n.type) << n.text;
  }
}

TEST(E820TypeOf, RefusesOthers) {
  for (const char* text :
       {"", "usabel", "Usable", "RAM", "type", "type x", "type -1", "type 4294967296", "persistent",
        "persistent (type 7", "usable reserved", "()", "(", ")"}) {
    EXPECT_FALSE(e820_type_of(text)) << text;
  }
}

struct Range {
  const char* text;
  std::uint64_t start;
  std::uint64_t last;
  bool empty;
};
const Range kRanges[] = {
    {"[mem 0x0000000000000000-0x000000000009fbff] usable", 0, 0x9fbff, false},
    {"0000000000000000 - 000000000009f000 (usable)", 0, 0x9efff, false},
    {"00000000fff00000 - 0000000000000000 (reserved)", 0xfff00000, ~0ull, false},
    {"[0000000000001000, 000000000008ffff] (usable)", 0x1000, 0x8ffff, false},
    {"[0x0-0xa0000) (0MB)", 0, 0x9ffff, false},
    {"0-a0000", 0, 0x9ffff, false},
    {"[mem 0x1000-0xfff] x", 0x1000, 0xfff, true},
    {"1000 - 1000 (usable)", 0x1000, 0xfff, true},
    {"[mem 0x2000-0xfff] x", 0x2000, 0xfff, false},
};

TEST(TakeRange, ReadsEveryForm) {
  for (const Range& r : kRanges) {
    std::string_view text = r.text;
    const auto got = take_range(text);
    ASSERT_TRUE(got) << r.text;
    EXPECT_EQ(got->start, r.start) << r.text;
    EXPECT_EQ(got->last, r.last) << r.text;
    EXPECT_EQ(got->empty, r.empty) << r.text;
  }
}

TEST(TakeRange, RefusesOthers) {
  for (const char* given :
       {"", "[", "[mem", "[mem 0x0", "[mem 0x0-", "[mem 0x0-0xfff", "[gap 0x0-0xfff]", "x - y",
        "0 -", "[mem 0x0000000000000000000-0x10000000000000000]"}) {
    std::string_view text = given;
    EXPECT_FALSE(take_range(text)) << given;
    EXPECT_EQ(text, given);
  }
}

}  // namespace
}  // namespace memmap::input
