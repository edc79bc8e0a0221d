#include "input/text/faults.h"

#include <algorithm>
#include <utility>

namespace memmap::input {
namespace {
constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // longer ones are not shown
}

Error error_at(std::string file, const LinePart& place, std::string message) {
  const std::string_view shown = place.whole.size() > kLongestLine ? "" : place.whole;
  return {.message = std::move(message),
          .origin = {std::move(file), place.line, place.column},
          .line_text = std::string(shown),
          .caret_length = std::max<std::size_t>(1, place.length)};
}

Errors Faults::take() {
  if (untold_ != 0) {
    errors_.push_back({.message = "and " + std::to_string(untold_) + " more mistakes",
                       .origin = {errors_.front().origin.file}});
  }
  untold_ = 0;
  return std::exchange(errors_, {});
}

void TextFaults::at(std::size_t offset, std::size_t length, std::string message) {
  add_made([&] {
    const std::string_view before = text_.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view line = text_.substr(start);
    return error_at(file_,
                    {.line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
                     .whole = line.substr(0, line.find_first_of("\r\n")),
                     .column = offset - start + 1,
                     .length = length},
                    std::move(message));
  });
}

void TextFaults::at(std::string_view part, std::string message) {
  at(static_cast<std::size_t>(part.data() - text_.data()), part.size(), std::move(message));
}

void TextFaults::at(std::string_view part, const Errors& without_origin) {
  for (const Error& e : without_origin) at(part, e.message);
}

}  // namespace memmap::input
