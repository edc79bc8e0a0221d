#include "input/text/lines.h"

#include <algorithm>
#include <utility>

namespace memmap::input {

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from);
}

Error error_at(const std::string& file, const Line& line, std::string_view part,
               std::string message) {
  // A line of a hostile file may be the whole file; what is shown is cut anyway.
  constexpr std::size_t kKept = 4096;
  const std::string_view at = part.empty() ? line.text : part;
  const auto column = static_cast<std::size_t>(at.data() - line.text.data()) + 1;
  return Error{.message = std::move(message),
               .origin = {.file = file, .line = line.number, .column = column},
               .line_text = std::string(line.text.substr(0, kKept)),
               .caret_length = std::max<std::size_t>(1, at.size())};
}

}  // namespace memmap::input
