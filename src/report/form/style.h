// How a text report may look: colour, width, characters.
#pragma once

#include <optional>
#include <string_view>

namespace memmap::report {

struct TextStyle {
  bool colour = false;     // the 16 ANSI colours
  unsigned width = 80;     // columns; the report keeps within it where its tables can
  bool unicode = false;    // UTF-8 box drawing; else plain ASCII
  bool is_narrow = false;  // tables keep within the width at any cost: a terminal's, or asked for
};

inline constexpr unsigned kMinWidth = 60;
inline constexpr unsigned kMaxWidth = 200;

// The output and its environment, as the caller found them. nullopt: a variable that is not set.
struct Terminal {
  bool is_terminal = false;
  std::optional<unsigned> columns{};  // of the terminal itself (TIOCGWINSZ); nullopt: not known
  std::optional<std::string_view> no_color{};
  std::optional<std::string_view> clicolor_force{};    // of standard output alone
  std::optional<std::string_view> columns_variable{};  // COLUMNS
  std::optional<std::string_view> term{};
  std::optional<std::string_view> lc_all{};
  std::optional<std::string_view> lc_ctype{};
  std::optional<std::string_view> lang{};
};

// The style for an output. One that is no terminal gets the default style whatever the environment
// is, so that it has the same bytes on every machine; colour alone where CLICOLOR_FORCE is set to anything
// but 0 and NO_COLOR is not. A terminal gets colour, unless NO_COLOR is
// set and not empty, or TERM is unset, empty or `dumb`; its own width, else COLUMNS, within the
// limits above; Unicode, if the first of LC_ALL, LC_CTYPE and LANG that is not empty names UTF-8.
TextStyle style_for(const Terminal& terminal);

}  // namespace memmap::report
