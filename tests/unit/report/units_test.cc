#include "report/form/units.h"

#include <gtest/gtest.h>

namespace memmap::report {
namespace {

struct Size {
  std::uint64_t bytes;
  const char* want;
};
const Size kSizes[] = {
    {0, "0"},
    {1, "1B"},
    {1023, "1023B"},
    {1024, "1K"},
    {1025, "1.0K"},
    {1536, "1.5K"},
    {0x9fc00, "639K"},
    {0x9fc01, "639.0K"},
    {1048575, "1.0M"},
    {kMiB, "1M"},
    {3 * kGiB, "3G"},
    {3 * kGiB - 0x20000, "3.0G"},
    {kGiB - 0x20000, "1023.9M"},
    {kGiB - 1, "1.0G"},
    {1023 * kTiB, "1023T"},
    {1ull << 60, "1E"},
    {~0ull, "16.0E"},
};

TEST(HumanSize, ShowsWhetherItIsExact) {
  for (const Size& s : kSizes) EXPECT_EQ(human_size(s.bytes), s.want) << s.bytes;
}

TEST(HumanSize, FitsItsColumn) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t off : {0ull, 1ull, 12345ull}) {
      EXPECT_LE(human_size((1ull << shift) - off).size(), 7u);
    }
  }
}

TEST(Grouped, SeparatesThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(~0ull), "18,446,744,073,709,551,615");
}

TEST(Hex, PadsToDigits) {
  EXPECT_EQ(hex(0), "0x0");
  EXPECT_EQ(hex(0x9fc00, 8), "0x0009fc00");
  EXPECT_EQ(hex_digits(0), 8u);
  EXPECT_EQ(hex_digits(0xffffffff), 8u);
  EXPECT_EQ(hex_digits(0x100000000), 10u);
  EXPECT_EQ(hex_digits(~0ull), 16u);
}

TEST(Span, NamesTheLastByte) {
  EXPECT_EQ(span(PhysRange::make(0x9fc00, 0xa0000)), "0x0009fc00-0x0009ffff");
  EXPECT_EQ(span(PhysRange::make(0x1000, 0x1000), 4), "0x1000 (empty)");
}

TEST(Percent, IsHonestAtTheEnds) {
  EXPECT_EQ(percent(0, 0), "-");
  EXPECT_EQ(percent(0, 10), "0%");
  EXPECT_EQ(percent(1, 100000), "<0.1%");
  EXPECT_EQ(percent(1, 8), "12.5%");
  EXPECT_EQ(percent(99999, 100000), ">99.9%");
  EXPECT_EQ(percent(10, 10), "100%");
}

TEST(Counted, AgreesInNumber) {
  EXPECT_EQ(counted(1, "range"), "1 range");
  EXPECT_EQ(counted(0, "range"), "0 ranges");
}

}  // namespace
}  // namespace memmap::report
