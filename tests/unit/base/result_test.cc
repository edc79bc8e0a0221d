#include "base/result.h"

#include <gtest/gtest.h>

namespace memmap {
namespace {

TEST(ErrorText, ShowsPlaceLineAndCaret) {
  const Error e{.message = "unknown type `usabel`",
                .origin = {.file = "boot.log", .line = 3, .column = 5},
                .line_text = "abc usabel",
                .caret_length = 6};
  EXPECT_EQ(to_string(e),
            "boot.log:3:5: error: unknown type `usabel`\n"
            "    abc usabel\n"
            "        ^^^^^^\n");
}

TEST(ErrorText, LongLinesAreCutAroundTheCaret) {
  Error e{.message = "m",
          .origin = {.file = "f", .line = 1, .column = 501},
          .line_text = std::string(1000, 'x')};
  e.line_text[500] = 'Y';
  const std::string text = to_string(e);
  const std::size_t line = text.find('\n') + 1;
  const std::size_t caret_line = text.find('\n', line) + 1;
  EXPECT_EQ(text.find('Y', line) - line, text.find('^', caret_line) - caret_line) << text;
  EXPECT_LT(text.size(), 300u);
}

TEST(ErrorText, ControlCharactersAreNotPrinted) {
  const Error e{
      .message = "m", .origin = {.file = "f", .line = 1, .column = 1}, .line_text = "\x1b[2Jx"};
  EXPECT_EQ(to_string(e).find('\x1b'), std::string::npos);
}

// Of a name, a message and a line: control characters of both kinds, an override of the direction,
// bytes that are no UTF-8.
TEST(ErrorText, WhatOthersWroteIsPrintable) {
  const std::string foul = "a\x1b[2J\xc2\x9b\xe2\x80\xae\xff\n\xc3\xa4";
  const Error e{.message = foul,
                .origin = {.file = foul, .line = 1, .column = foul.size() - 1},
                .line_text = foul};
  const std::string shown = "a?[2J???";
  EXPECT_EQ(to_string(e), shown + " \xc3\xa4:1:13: error: " + shown + " \xc3\xa4\n    " + shown +
                              " \xc3\xa4\n             ^\n");
}

TEST(ErrorText, NoCharacterIsCut) {
  std::string line;
  for (int i = 0; i < 300; ++i) line += "\xe2\x82\xac";
  for (std::size_t column = 1; column <= line.size(); column += 3) {
    const Error e{
        .message = "m", .origin = {.file = "f", .line = 1, .column = column}, .line_text = line};
    ASSERT_EQ(to_string(e).find('?'), std::string::npos) << column;
  }
}

TEST(ErrorText, BinaryPlacesAreOffsets) {
  const Error e{.message = "cut short", .origin = {.file = "e820.bin", .offset = 20}};
  EXPECT_EQ(to_string(e), "e820.bin: at byte 20: error: cut short\n");
}

TEST(ErrorText, ManyErrorsAreLimited) {
  Errors errors(30, Error{.message = "m"});
  EXPECT_NE(to_string(errors, 20).find("... and 10 more"), std::string::npos);
}

}  // namespace
}  // namespace memmap
