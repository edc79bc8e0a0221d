#include "text_output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

namespace memmap::cli {
namespace {

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string_view>(value) : std::nullopt;
}

}  // namespace

report::TextStyle text_style(const Destination& destination) {
  report::Terminal terminal;
  terminal.is_terminal = destination.path == "-" && ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (terminal.is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  terminal.no_color = variable("NO_COLOR");
  terminal.columns_variable = variable("COLUMNS");
  terminal.term = variable("TERM");
  terminal.lc_all = variable("LC_ALL");
  terminal.lc_ctype = variable("LC_CTYPE");
  terminal.lang = variable("LANG");
  return report::style_for(terminal);
}

}  // namespace memmap::cli
