#include "report/form/utf8.h"

namespace memmap::report {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    out += n == 0 ? kReplacement : text.substr(0, n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

std::size_t text_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  return width;
}

std::string cut(std::string_view text, std::size_t width, Charset charset) {
  if (text_width(text) <= width) return std::string(text);
  std::string out;
  for (std::size_t columns = 0; columns + 1 < width; ++columns) {
    const std::size_t n = utf8_length(text);
    out += text.substr(0, n == 0 ? 1 : n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  if (width > 0) out += charset == Charset::unicode ? "…" : "~";
  return out;
}

}  // namespace memmap::report
