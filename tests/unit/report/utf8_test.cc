#include "report/form/utf8.h"

#include <gtest/gtest.h>

namespace memmap::report {
namespace {

struct Utf8Case {
  const char* name;
  std::string_view text;
  std::string_view valid;
  const char* ascii;
  const char* unicode;
};
const Utf8Case kUtf8Cases[] = {
    {"plain", "a b", "a b", "a b", "a b"},
    {"two_bytes", "\xc3\xa9", "é", "?", "é"},
    {"four_bytes", "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7", "?", "\xf0\x9f\x90\xa7"},
    {"cut_off", "\xf0\x9f\x90", "\ufffd\ufffd\ufffd", "???", "???"},
    {"overlong", "\xc0\xaf", "\ufffd\ufffd", "??", "??"},
    {"overlong_of_three", "\xe0\x80\xaf", "\ufffd\ufffd\ufffd", "???", "???"},
    {"surrogate", "\xed\xa0\x80", "\ufffd\ufffd\ufffd", "???", "???"},
    {"too_large", "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd", "????", "????"},
    {"escape", "\x1b[2J", "\x1b[2J", "?[2J", "?[2J"},
    {"c1_control", "\xc2\x9b", "\xc2\x9b", "?", "?"},
    {"override", "\xe2\x80\xae", "\xe2\x80\xae", "?", "?"},
    {"line_end", "a\r\n\tb", "a\r\n\tb", "a   b", "a   b"},
    {"nul", std::string_view("\0x", 2), std::string_view("\0x", 2), "?x", "?x"},
};

TEST(Utf8, ReplacesWhatIsNone) {
  for (const Utf8Case& c : kUtf8Cases) {
    EXPECT_EQ(valid_utf8(c.text), c.valid) << c.name;
    EXPECT_EQ(valid_utf8(valid_utf8(c.text)), valid_utf8(c.text)) << c.name;
  }
}

TEST(Utf8, PrintsNothingThatATerminalObeys) {
  for (const Utf8Case& c : kUtf8Cases) {
    EXPECT_EQ(printable(c.text, Charset::ascii), c.ascii) << c.name;
    EXPECT_EQ(printable(c.text, Charset::unicode), c.unicode) << c.name;
  }
}

TEST(Utf8, CutsByColumns) {
  EXPECT_EQ(cut("abcdef", 6, Charset::ascii), "abcdef");
  EXPECT_EQ(cut("abcdef", 4, Charset::ascii), "abc~");
  EXPECT_EQ(cut("ééé", 2, Charset::unicode), "é…");
  EXPECT_EQ(cut("abc", 0, Charset::ascii), "");
  EXPECT_EQ(text_width("é…x"), 3u);
}

}  // namespace
}  // namespace memmap::report
