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

struct CommandLineLine {
  const char* text;
  const char* want;
};
const CommandLineLine kCommandLineLines[] = {
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
  for (const CommandLineLine& l : kCommandLineLines)
    EXPECT_EQ(show(parse_command_line(l.text)), l.want) << l.text;
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

TEST(ParseCommandLine, TellsWhereEachStands) {
  const std::string line = " a=1  \"b c\"=2 d=\"e f\" g";
  std::string shown;
  for (const Parameter& p : parse_command_line(line)) shown += line.substr(p.at, p.size) + "|";
  EXPECT_EQ(shown, "a=1|\"b c\"=2|d=\"e f\"|g|");
}

TEST(WholeCommandLine, HasWhatIsBuiltIn) {
  EXPECT_EQ(whole_command_line("mem=1G", BuiltIn::before, "quiet"), "mem=1G quiet");
  EXPECT_EQ(whole_command_line("mem=1G", BuiltIn::before, "mem=1G quiet"), "mem=1G quiet");
  EXPECT_EQ(whole_command_line("mem=1G", BuiltIn::before, "mem=1GB"), "mem=1G mem=1GB");
  EXPECT_EQ(whole_command_line("", BuiltIn::before, "quiet"), "quiet");
  EXPECT_EQ(whole_command_line("mem=1G", BuiltIn::instead, "quiet"), "mem=1G");
  const std::string large(kCommandLineSize, 'a');
  EXPECT_EQ(whole_command_line("b", BuiltIn::before, large).size(), kCommandLineSize - 1);
}

TEST(Appended, StandsBehindASpace) {
  EXPECT_EQ(appended("a", "b"), "a b");
  EXPECT_EQ(appended("", "b"), "b");
  EXPECT_EQ(appended("a", ""), "a");
}

TEST(GetOption, ReadsAnIntAtTheFront) {
  EXPECT_EQ(get_option("4,5"), 4);
  EXPECT_EQ(get_option("-2"), -2);
  EXPECT_EQ(get_option("0x10k"), 16);
  EXPECT_EQ(get_option("4294967297"), 1);
  EXPECT_EQ(get_option("x"), std::nullopt);
  EXPECT_EQ(get_option("-"), std::nullopt);
  EXPECT_EQ(get_option(""), std::nullopt);
  EXPECT_EQ(get_option(std::nullopt), std::nullopt);
}

TEST(Kstrtoul, TakesNothingButANumber) {
  EXPECT_EQ(kstrtoul("100"), 100u);
  EXPECT_EQ(kstrtoul("+0x10"), 16u);
  EXPECT_EQ(kstrtoul("010"), 8u);
  EXPECT_EQ(kstrtoul("18446744073709551615"), ~0ull);
  for (const char* bad : {"", "-1", "1k", "18446744073709551616", "0x10000000000000000", "09"}) {
    EXPECT_EQ(kstrtoul(bad), std::nullopt) << bad;
  }
}

TEST(Kstrtobool, LooksAtTheFirstLetters) {
  for (const char* on : {"1", "y", "Yes", "true", "on", "ONE"})
    EXPECT_EQ(kstrtobool(on), true) << on;
  for (const char* off : {"0", "n", "f", "off", "OF"}) EXPECT_EQ(kstrtobool(off), false) << off;
  for (const char* bad : {"", "o", "2", "enable"}) EXPECT_EQ(kstrtobool(bad), std::nullopt) << bad;
  EXPECT_EQ(kstrtobool(std::nullopt), std::nullopt);
}

TEST(ParseOptionStr, WantsTheWholeWord) {
  EXPECT_TRUE(parse_option_str("mirror", "mirror"));
  EXPECT_TRUE(parse_option_str("a,mirror,b", "mirror"));
  EXPECT_FALSE(parse_option_str("mirrors", "mirror"));
  EXPECT_FALSE(parse_option_str("", "mirror"));
}

TEST(FindOptionBool, SeesWholeWordsEverywhere) {
  EXPECT_TRUE(find_option_bool("quiet -- no5lvl", "no5lvl"));
  EXPECT_FALSE(find_option_bool("no5lvl=1 xno5lvl", "no5lvl"));
  EXPECT_FALSE(find_option_bool("No5lvl", "no5lvl"));
}

}  // namespace
}  // namespace memmap::kernel
