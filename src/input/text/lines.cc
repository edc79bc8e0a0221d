#include "input/text/lines.h"

#include <utility>

#include "input/text/faults.h"

namespace memmap::input {

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from);
}

Error error_at(const std::string& file, const Line& line, std::string_view part,
               std::string message) {
  const std::string_view at = part.empty() ? line.text : part;
  const auto column = static_cast<std::size_t>(at.data() - line.text.data()) + 1;
  return error_at(file, {line.number, line.text, column, at.size()}, std::move(message));
}

}  // namespace memmap::input
