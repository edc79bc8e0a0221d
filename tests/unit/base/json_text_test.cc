#include "base/json_text.h"

#include <gtest/gtest.h>

namespace memmap {
namespace {

TEST(JsonText, IsOneLineBetweenQuotes) {
  const struct {
    std::string_view text;
    const char* want;
  } cases[] = {
      {"", R"("")"},
      {"a b", R"("a b")"},
      {"\"a\\", R"("\"a\\")"},
      {"\n\t\r", R"("\n\t\u000d")"},
      {"\x1b\x7f", R"("\u001b\u007f")"},
      {"\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\""},
      {"\xff-\xc3", R"("\ufffd-\ufffd")"},
      {std::string_view("\0", 1), R"("\u0000")"},
  };
  for (const auto& c : cases) EXPECT_EQ(json_text(c.text), c.want);
}

}  // namespace
}  // namespace memmap
