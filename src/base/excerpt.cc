#include "base/excerpt.h"

#include <algorithm>

namespace memmap {
namespace {

constexpr std::size_t kShownWidth = 100;

}  // namespace

std::string excerpt(std::string_view line, std::size_t column, std::size_t length) {
  const std::size_t at = std::min(column == 0 ? 0 : column - 1, line.size());
  const std::size_t from = at > kShownWidth - 20 ? at - (kShownWidth - 20) : 0;
  std::string text(line.substr(from, kShownWidth));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = c == '\t' ? ' ' : '?';
  }
  const std::string lead = from == 0 ? "" : "...";
  const std::string tail = from + kShownWidth < line.size() ? "..." : "";
  std::string out = "    " + lead + text + tail + "\n";
  if (column == 0) return out;
  const std::size_t room = text.size() > at - from ? text.size() - (at - from) : 1;
  const std::size_t carets = std::max<std::size_t>(1, std::min(length, room));
  // Bytes that continue a UTF-8 character take no column on a terminal.
  const auto width = [&](std::size_t begin, std::size_t bytes) {
    const std::string part = text.substr(std::min(begin, text.size()), bytes);
    return static_cast<std::size_t>(std::count_if(
               part.begin(), part.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; })) +
           (begin + bytes > text.size() ? begin + bytes - std::max(begin, text.size()) : 0);
  };
  out += "    " + std::string(lead.size() + width(0, at - from), ' ') +
         std::string(std::max<std::size_t>(1, width(at - from, carets)), '^') + "\n";
  return out;
}

}  // namespace memmap
