// Text line by line, and errors that point into it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::input {

struct Line {
  std::size_t number = 0;   // from 1
  std::string_view text{};  // without its end, be it \n or \r\n
};

// Walks over `text`, which must outlive it. Text that ends in a newline has no empty last line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<Line> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    std::string_view text = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return Line{++number_, text};
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::string_view trimmed(std::string_view text);  // without blanks and tabs around it

// An error at `part`, which is a piece of `line.text` (or empty: the whole line).
Error error_at(const std::string& file, const Line& line, std::string_view part,
               std::string message);

}  // namespace memmap::input
