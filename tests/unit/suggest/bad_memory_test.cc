// What memory tests print, line by line.
#include "suggest/bad_memory.h"

#include <gtest/gtest.h>

namespace memmap::suggest {
namespace {

const std::vector<PhysRange> kRam{PhysRange::make(kMiB, 2 * kGiB),
                                  PhysRange::make(4 * kGiB, 6 * kGiB)};

struct Case {
  const char* name;
  const char* text;
  std::vector<PhysRange> want;
};

const Case kCases[] = {
    {"address", "0x12345678", {PhysRange::make(0x12345000, 0x12346000)}},
    {"two_touch", "0x12345000,0x12346fff", {PhysRange::make(0x12345000, 0x12347000)}},
    {"range", "0x12345000-0x12347fff", {PhysRange::make(0x12345000, 0x12348000)}},
    {"bare_digits", "12345678\n", {PhysRange::make(0x12345000, 0x12346000)}},
    {"comment", "# a stick\n0x12345000 # bad\n", {PhysRange::make(0x12345000, 0x12346000)}},
    {"badram",
     "badram=0x0000000012345000,0xfffffffffffff000",
     {PhysRange::make(0x12345000, 0x12346000)}},
    {"badram_of_two",
     "GRUB_BADRAM=\"0x12345000,0xfffffffffffff000,0x12350000,0xffffffffffffe000\"",
     {PhysRange::make(0x12345000, 0x12346000), PhysRange::make(0x12350000, 0x12352000)}},
    // A mask of 32 bits names the page of each 4 GiB.
    {"badram_short_mask",
     "0x12345000,0xfffff000",
     {PhysRange::make(0x12345000, 0x12346000), PhysRange::make(0x112345000, 0x112346000)}},
    {"badram_scrolled",
     "badram=0x12345000,0xfffffffffffff000,\n       0x12355000,0xfffffffffffff000",
     {PhysRange::make(0x12345000, 0x12346000), PhysRange::make(0x12355000, 0x12356000)}},
    {"memmap",
     "memmap=0x1000$0x12345000,8K$0x20000000",
     {PhysRange::make(0x12345000, 0x12346000), PhysRange::make(0x20000000, 0x20002000)}},
    {"version_6",
     "  0    1    6   000012345678 (291MB)   ffffffff  fffffeff\n",
     {PhysRange::make(0x12345000, 0x12346000)}},
    {"version_5",
     "  5     0   00012345678 -  291.2MB  ffffffff fffffeff 00000100   1\n",
     {PhysRange::make(0x12345000, 0x12346000)}},
    {"kernel",
     "[    0.1]   aaaaaaaaaaaaaaaa bad mem addr 0x0000000012345000 - 0x0000000012346000 reserved",
     {PhysRange::make(0x12345000, 0x12346000)}},
    {"turned_round",
     "0x12347000-0x12345fff\n0x12345000",
     {PhysRange::make(0x12345000, 0x12346000)}},
    {"pages",
     "Bad Pages\n---------\n0x12345, 0x12350-0x12351\n",
     {PhysRange::make(0x12345000, 0x12346000), PhysRange::make(0x12350000, 0x12352000)}},
};

TEST(BadMemory, ReadsWhatTestsPrint) {
  for (const Case& c : kCases) {
    const auto read = read_bad_memory("list", c.text, kRam);
    ASSERT_TRUE(read) << c.name << ": " << to_string(read.errors());
    EXPECT_EQ(read->pages, c.want) << c.name;
  }
}

TEST(BadMemory, TellsWhatItDidNotUnderstand) {
  const auto read = read_bad_memory("list", "Memtest86+ found errors\n0x12345000\n", kRam);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->notes.size(), 1u);
  EXPECT_NE(read->notes.front().find("line 1: Memtest86+"), std::string::npos);
}

TEST(BadMemory, RefusesAListWithoutAddresses) {
  for (const char* text : {"", "\n\n", "no errors", "12", "memmap=1M@16M"}) {
    const auto read = read_bad_memory("list", text, kRam);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.errors().front().origin.file, "list");
  }
}

TEST(BadMemory, RefusesAPatternOfNearlyAll) {
  const std::vector<PhysRange> all{PhysRange::make(0, std::uint64_t{1} << 50)};
  EXPECT_FALSE(read_bad_memory("list", "0x1000,0xff00000000001000", all));
}

}  // namespace
}  // namespace memmap::suggest
