#include "kernel/command_line.h"

#include <gtest/gtest.h>

namespace memmap::kernel {
namespace {

std::string show(const std::vector<Parameter>& parameters) {
  std::string out;
  for (const Parameter& p : parameters) {
    out += "<" + p.name + (p.value ? "|" + *p.value : "") + ">";
  }
  return out;
}

struct Line {
  const char* text;
  const char* want;
};
const Line kLines[] = {
    {"", ""},
    {"   ", ""},
    {"quiet", "<quiet>"},
    {"  a=1   b  c=", "<a|1><b><c|>"},
    {"root=UUID=1-2 ro", "<root|UUID=1-2><ro>"},
    {"a=\"x y\" b", "<a|x y><b>"},
    {"\"a=x y\" b", "<a|x y><b>"},
    {"\"a b\"=1 c", "<a b\"|1><c>"},
    {"a=x\" y\"z w", "<a|x\" y\"z><w>"},
    {"a=\"open b", "<a|open b>"},
    {"=x y", "<=x><y>"},
    {"a -- mem=1G", "<a>"},
    {"a --=1 b", "<a><--|1><b>"},
    {"a\tb\nc", "<a><b><c>"},
};

TEST(ParseCommandLine, SplitsAsNextArgDoes) {
  for (const Line& l : kLines) EXPECT_EQ(show(parse_command_line(l.text)), l.want) << l.text;
}

TEST(ParseCommandLine, CutsAtCommandLineSize) {
  const std::string text = std::string(kCommandLineSize - 3, 'a') + " bcd";
  EXPECT_EQ(parse_command_line(text).size(), 2u);
  EXPECT_EQ(parse_command_line(text).back().name, "b");
}

TEST(Parameq, DashAndUnderscoreAreTheSame) {
  EXPECT_TRUE(parameq("early-ioremap_debug", "early_ioremap-debug"));
  EXPECT_FALSE(parameq("mem", "memmap"));
  EXPECT_FALSE(parameq("MEM", "mem"));
}

struct Number {
  const char* text;
  std::uint64_t want;
  const char* rest;
};
const Number kNumbers[] = {
    {"", 0, ""},
    {"4G", 4ull << 30, ""},
    {"4Gi", 4ull << 30, "i"},
    {"0x10k@1", 0x4000, "@1"},
    {"010", 8, ""},
    {"08", 0, "8"},
    {"0x", 0, "x"},
    {"0xg", 0, "xg"},
    {"-1", 0, "-1"},
    {"1.5G", 1, ".5G"},
    {"16E", 0, ""},
    {"g", 0, ""},
    {"0x1E", 0x1e, ""},
    {"1e", 1ull << 60, ""},
    {"0X1fM", 31ull << 20, ""},
    {"18446744073709551617", 1, ""},
};

TEST(Memparse, IsAsLenientAsTheKernel) {
  for (const Number& n : kNumbers) {
    const Parsed got = memparse(n.text);
    EXPECT_EQ(got.value, n.want) << n.text;
    EXPECT_EQ(got.rest, n.rest) << n.text;
  }
}

}  // namespace
}  // namespace memmap::kernel
