#include <gtest/gtest.h>

#include "report/form/style.h"

namespace memmap::report {
namespace {

struct TextStyleCase {
  const char* name;
  Terminal terminal;
  bool colour;
  unsigned width;
  bool unicode;
};
const TextStyleCase kTextStyleCases[] = {
    {"file", {.columns_variable = "120", .term = "xterm", .lang = "en_US.UTF-8"}, false, 80, false},
    {"terminal",
     {.is_terminal = true, .columns = 100, .term = "xterm", .lang = "en_US.UTF-8"},
     true,
     100,
     true},
    {"no_term", {.is_terminal = true}, false, 80, false},
    {"dumb", {.is_terminal = true, .term = "dumb"}, false, 80, false},
    {"no_color", {.is_terminal = true, .no_color = "1", .term = "xterm"}, false, 80, false},
    {"no_color_empty", {.is_terminal = true, .no_color = "", .term = "xterm"}, true, 80, false},
    {"forced", {.clicolor_force = "1"}, true, 80, false},
    {"forced_off", {.clicolor_force = "0"}, false, 80, false},
    {"forced_and_not", {.no_color = "1", .clicolor_force = "1"}, false, 80, false},
    {"columns_variable", {.is_terminal = true, .columns_variable = "132"}, false, 132, false},
    {"terminal_beats_variable",
     {.is_terminal = true, .columns = 90, .columns_variable = "132"},
     false,
     90,
     false},
    {"size_not_known",
     {.is_terminal = true, .columns = 0, .columns_variable = "132"},
     false,
     132,
     false},
    {"bad_columns", {.is_terminal = true, .columns_variable = "-5"}, false, 80, false},
    {"narrow", {.is_terminal = true, .columns = 10}, false, kMinWidth, false},
    {"wide", {.is_terminal = true, .columns_variable = "99999999"}, false, kMaxWidth, false},
    {"lc_all_wins", {.is_terminal = true, .lc_all = "C", .lang = "en_US.UTF-8"}, false, 80, false},
    {"lc_all_empty", {.is_terminal = true, .lc_all = "", .lang = "de_DE.utf8"}, false, 80, true},
    {"lc_ctype", {.is_terminal = true, .lc_ctype = "C.UTF-8", .lang = "C"}, false, 80, true},
};

TEST(StyleFor, FollowsTheTerminal) {
  for (const TextStyleCase& c : kTextStyleCases) {
    const TextStyle style = style_for(c.terminal);
    EXPECT_EQ(style.colour, c.colour) << c.name;
    EXPECT_EQ(style.width, c.width) << c.name;
    EXPECT_TRUE(style.is_narrow || style.width == TextStyle{}.width) << c.name;
    EXPECT_EQ(style.unicode, c.unicode) << c.name;
  }
}

}  // namespace
}  // namespace memmap::report
