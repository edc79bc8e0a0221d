#include "report/form/style.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "base/number.h"

namespace memmap::report {
namespace {

bool is_set(const std::optional<std::string_view>& variable) {
  return variable && !variable->empty();
}

bool names_utf8(std::string_view locale) {
  std::string folded;
  for (const char c : locale) {
    if (c != '-') folded += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return folded.find("utf8") != std::string::npos;
}

std::optional<std::uint64_t> columns_of(const Terminal& t) {
  if (t.columns && *t.columns > 0) return *t.columns;
  if (!is_set(t.columns_variable)) return std::nullopt;
  const auto number = parse_count(*t.columns_variable);
  if (!number.ok() || *number == 0) return std::nullopt;
  return *number;
}

}  // namespace

TextStyle style_for(const Terminal& terminal) {
  TextStyle style;
  const bool forced = is_set(terminal.clicolor_force) && *terminal.clicolor_force != "0";
  const bool shows = terminal.is_terminal && is_set(terminal.term) && *terminal.term != "dumb";
  style.colour = !is_set(terminal.no_color) && (forced || shows);
  if (!terminal.is_terminal) return style;
  if (const auto columns = columns_of(terminal)) {
    style.is_narrow = true;
    style.width = static_cast<unsigned>(std::clamp<std::uint64_t>(*columns, kMinWidth, kMaxWidth));
  }
  for (const auto& variable : {terminal.lc_all, terminal.lc_ctype, terminal.lang}) {
    if (!is_set(variable)) continue;
    style.unicode = names_utf8(*variable);
    break;
  }
  return style;
}

}  // namespace memmap::report
