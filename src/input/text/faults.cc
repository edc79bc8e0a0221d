#include "input/text/faults.h"

#include <algorithm>

namespace memmap::input {
namespace {
constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // longer ones are not shown
}

void TextFaults::at(std::size_t offset, std::size_t length, std::string message) {
  if (errors_.size() >= kMost) {
    ++untold_;
    return;
  }
  const std::string_view before = text_.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  std::string_view line = text_.substr(start);
  line = line.substr(0, line.find_first_of("\r\n"));
  errors_.push_back(
      {.message = std::move(message),
       .origin = {file_, static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
                  offset - start + 1},
       .line_text = std::string(line.size() > kLongestLine ? std::string_view() : line),
       .caret_length = std::max<std::size_t>(1, length)});
}

void TextFaults::at(std::string_view part, std::string message) {
  at(static_cast<std::size_t>(part.data() - text_.data()), part.size(), std::move(message));
}

void TextFaults::at(std::string_view part, const Errors& without_origin) {
  for (const Error& e : without_origin) at(part, e.message);
}

Errors TextFaults::take() && {
  if (untold_ != 0) {
    errors_.push_back(
        {.message = "and " + std::to_string(untold_) + " more mistakes", .origin = {file_}});
  }
  return std::move(errors_);
}

}  // namespace memmap::input
