#include "base/excerpt.h"

#include <algorithm>

#include "base/printable.h"

namespace memmap {
namespace {

constexpr std::size_t kShownWidth = 100;
constexpr std::size_t kMostContinuations = 3;  // bytes of a UTF-8 character after its first

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0u) == 0x80u;
}

// About `width` bytes from about `from` on: no character is cut.
std::string_view part_of(std::string_view line, std::size_t from, std::size_t width) {
  std::size_t end = std::min(from + width, line.size());
  for (std::size_t i = 0; i < kMostContinuations && from > 0 && continues(line, from); ++i) --from;
  for (std::size_t i = 0; i < kMostContinuations && continues(line, end); ++i) ++end;
  return line.substr(from, end - from);
}

// On a terminal. Bytes past the end of the text, of a place behind it, take one each.
std::size_t columns(std::string_view text, std::size_t begin, std::size_t bytes) {
  const std::string shown =
      printable(text.substr(std::min(begin, text.size()), bytes), Charset::unicode);
  const auto past = begin + bytes > text.size() ? begin + bytes - std::max(begin, text.size()) : 0;
  return past + static_cast<std::size_t>(std::ranges::count_if(
                    shown, [](unsigned char c) { return (c & 0xc0u) != 0x80u; }));
}

}  // namespace

std::string excerpt(std::string_view line, std::size_t column, std::size_t length) {
  const std::size_t at = std::min(column == 0 ? 0 : column - 1, line.size());
  const std::string_view text =
      part_of(line, at > kShownWidth - 20 ? at - (kShownWidth - 20) : 0, kShownWidth);
  const auto from = static_cast<std::size_t>(text.data() - line.data());
  const std::string lead = from == 0 ? "" : "...";
  const std::string tail = from + text.size() < line.size() ? "..." : "";
  std::string out = "    " + lead + printable(text, Charset::unicode) + tail + "\n";
  if (column == 0) return out;
  const std::size_t room = text.size() > at - from ? text.size() - (at - from) : 1;
  const std::size_t carets = std::max<std::size_t>(1, std::min(length, room));
  out += "    " + std::string(lead.size() + columns(text, 0, at - from), ' ') +
         std::string(std::max<std::size_t>(1, columns(text, at - from, carets)), '^') + "\n";
  return out;
}

}  // namespace memmap
