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
