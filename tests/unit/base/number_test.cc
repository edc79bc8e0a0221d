#include "base/number.h"

#include <gtest/gtest.h>

namespace memmap {
namespace {

struct Good {
  const char* text;
  std::uint64_t want;
};
const Good kGood[] = {
    {"0", 0},
    {"4096", 4096},
    {"0x1000", 0x1000},
    {"0X1f", 0x1f},
    {"640K", 640 * 1024},
    {"3g", 3ull << 30},
    {"4GiB", 4ull << 30},
    {"4gib", 4ull << 30},
    {"15E", 15ull << 60},
    {"0x1E", 0x1e},
    {"0x10K", 0x4000},
    {"18446744073709551615", ~0ull},
    {"0xffffffffffffffff", ~0ull},
};

TEST(ParseU64, ReadsEachForm) {
  for (const Good& g : kGood) {
    const auto got = parse_u64(g.text);
    ASSERT_TRUE(got.ok()) << g.text << to_string(got.errors());
    EXPECT_EQ(*got, g.want) << g.text;
  }
}

struct Bad {
  const char* text;
  const char* what;
};
const Bad kBad[] = {
    {"", "empty"},
    {"-1", "sign"},
    {"+1", "sign"},
    {"010", "leading zero"},
    {"1.5G", "fraction"},
    {"4Gi", "after the digits"},
    {"4GB", "after the digits"},
    {"16E", "too large"},
    {"0x1ffffffffffffffff", "too large"},
    {"18446744073709551616", "too large"},
    {"0x", "not a number"},
    {" 1", "not a number"},
    {"1 ", "after the digits"},
    {"1_000", "after the digits"},
    {"0o17", "after the digits"},
    {"0b1", "after the digits"},
    {"four", "not a number"},
    {"0x1.8", "fraction"},
};

TEST(ParseU64, SaysWhatIsWrongAndWhatIsAccepted) {
  for (const Bad& b : kBad) {
    const auto got = parse_u64(b.text);
    ASSERT_FALSE(got.ok()) << b.text;
    EXPECT_NE(got.errors()[0].message.find(b.what), std::string::npos) << got.errors()[0].message;
    EXPECT_NE(got.errors()[0].message.find("hexadecimal"), std::string::npos);
  }
}

TEST(ParseCount, TakesNoUnits) {
  EXPECT_EQ(*parse_count("12"), 12u);
  EXPECT_FALSE(parse_count("1K").ok());
}

TEST(ParseHex, TakesTheKernelsForms) {
  EXPECT_EQ(*parse_hex("000000000009fc00"), 0x9fc00u);
  EXPECT_EQ(*parse_hex("0x9fc00"), 0x9fc00u);
  EXPECT_FALSE(parse_hex("9fg").ok());
  EXPECT_FALSE(parse_hex("").ok());
  EXPECT_FALSE(parse_hex("0x").ok());
  EXPECT_FALSE(parse_hex("1ffffffffffffffff").ok());
}

TEST(NumberWithUnit, TakesTheLargestUnit) {
  const struct {
    std::uint64_t value;
    const char* want;
  } cases[] = {{0, "0"},
               {1023, "1023"},
               {1024, "1K"},
               {640 << 10, "640K"},
               {1025, "0x401"},
               {3ull << 30, "3G"},
               {1ull << 63, "8E"},
               {0x9fc01, "0x9fc01"},
               {~0ull, "0xffffffffffffffff"}};
  for (const auto& c : cases) {
    EXPECT_EQ(number_with_unit(c.value), c.want);
    EXPECT_EQ(*parse_u64(c.want), c.value);
  }
}

}  // namespace
}  // namespace memmap
