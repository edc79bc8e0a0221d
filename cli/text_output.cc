#include "text_output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/number.h"
#include "base/suggest.h"
#include "choices.h"

namespace memmap::cli {
namespace {

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string_view>(value) : std::nullopt;
}

// As it is found.
report::Terminal terminal_of(const Destination& destination) {
  report::Terminal terminal;
  terminal.is_terminal = is_terminal(destination);
  winsize size{};
  if (terminal.is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  if (destination.path == "-") terminal.clicolor_force = variable("CLICOLOR_FORCE");
  terminal.no_color = variable("NO_COLOR");
  terminal.columns_variable = variable("COLUMNS");
  terminal.term = variable("TERM");
  terminal.lc_all = variable("LC_ALL");
  terminal.lc_ctype = variable("LC_CTYPE");
  terminal.lang = variable("LANG");
  return terminal;
}

Result<unsigned> width_of(const std::string& text) {
  const auto number = parse_count(text);
  if (number && *number >= report::kMinWidth && *number <= report::kMaxWidth)
    return static_cast<unsigned>(*number);
  return Error{fmt::format("--width is a number of columns from {} to {}, not `{}`",
                           report::kMinWidth, report::kMaxWidth, text),
               {"memmap"}};
}

Result<bool> colour_of(const std::string& text, bool found) {
  if (std::ranges::find(kColourWishes, text) != kColourWishes.end())
    return text == kColourWishes[0] ? found : text == kColourWishes[1];
  return Error{fmt::format("--color is one of {}, not `{}`{}", fmt::join(kColourWishes, ", "), text,
                           did_you_mean(text, kColourWishes)),
               {"memmap"}};
}

}  // namespace

bool is_terminal(const Destination& destination) {
  return destination.path == "-" && ::isatty(STDOUT_FILENO) == 1;
}

report::TextStyle text_style(const Destination& destination) {
  return report::style_for(terminal_of(destination));
}

Result<report::TextStyle> text_style(const Destination& destination, const Arguments& arguments) {
  report::TextStyle style = text_style(destination);
  Errors errors;
  if (const auto text = arguments.get("--width")) {
    const auto width = width_of(*text);
    if (width) {
      style.width = *width;
      style.is_narrow = true;
    } else {
      append(errors, width.errors());
    }
  }
  if (const auto text = arguments.get("--color")) {
    const auto colour = colour_of(*text, style.colour);
    if (colour) {
      style.colour = *colour;
    } else {
      append(errors, colour.errors());
    }
  }
  if (!errors.empty()) return errors;
  return style;
}

}  // namespace memmap::cli
