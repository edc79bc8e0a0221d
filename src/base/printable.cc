#include "base/printable.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace memmap {
namespace {

std::uint32_t decode(std::string_view c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(c[i]); };
  if (c.size() == 1) return byte(0);
  std::uint32_t value = byte(0) & (0xffu >> (c.size() + 1));
  for (std::size_t i = 1; i < c.size(); ++i) value = (value << 6) | (byte(i) & 0x3fu);
  return value;
}

// Characters that change what a terminal does, or the order it shows text in.
bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// Bytes at the start that every terminal shows as they are: nearly all of what is printed.
std::size_t leading_plain(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
}

}  // namespace

std::string printable(std::string_view text, Charset charset) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t plain = leading_plain(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return out;
    const std::size_t n = utf8_length(text);
    const std::string_view c = text.substr(0, n == 0 ? 1 : n);
    if (n == 1 && (c[0] == '\t' || c[0] == '\n' || c[0] == '\r')) {
      out += ' ';
    } else if (n == 0 || is_control(decode(c)) || (charset == Charset::ascii && n > 1)) {
      out += '?';
    } else {
      out += c;
    }
    text.remove_prefix(c.size());
  }
}

std::string printable_lines(std::string_view text, Charset charset) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end), charset);
    if (end == text.npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace memmap
