#include "base/result.h"

#include <algorithm>

namespace memmap {
namespace {

constexpr std::size_t kShownWidth = 100;

// Where the message stands, for its first line.
std::string place(const Origin& o) {
  if (o.file.empty()) return "";
  std::string out = o.file;
  if (o.line != 0) {
    out += ":" + std::to_string(o.line);
    if (o.column != 0) out += ":" + std::to_string(o.column);
  } else if (o.offset) {
    out += ": at byte " + std::to_string(*o.offset);
  }
  return out + ": ";
}

// The line and the caret below it. Lines longer than kShownWidth are cut so that the caret shows.
std::string excerpt(const Error& e) {
  const std::size_t column = e.origin.column == 0 ? 0 : e.origin.column - 1;
  const std::size_t at = std::min(column, e.line_text.size());
  const std::size_t from = at > kShownWidth - 20 ? at - (kShownWidth - 20) : 0;
  std::string text = e.line_text.substr(from, kShownWidth);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = c == '\t' ? ' ' : '?';
  }
  const std::string lead = from == 0 ? "" : "...";
  const std::string tail = from + kShownWidth < e.line_text.size() ? "..." : "";
  std::string out = "    " + lead + text + tail + "\n";
  if (e.origin.column == 0) return out;
  const std::size_t room = text.size() > at - from ? text.size() - (at - from) : 1;
  const std::size_t carets = std::max<std::size_t>(1, std::min(e.caret_length, room));
  // Bytes that continue a UTF-8 character take no column on a terminal.
  const auto width = [&](std::size_t begin, std::size_t length) {
    const std::string part = text.substr(std::min(begin, text.size()), length);
    return static_cast<std::size_t>(std::count_if(
               part.begin(), part.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; })) +
           (begin + length > text.size() ? begin + length - std::max(begin, text.size()) : 0);
  };
  out += "    " + std::string(lead.size() + width(0, at - from), ' ') +
         std::string(std::max<std::size_t>(1, width(at - from, carets)), '^') + "\n";
  return out;
}

}  // namespace

std::string to_string(const Error& error) {
  std::string out = place(error.origin) + "error: " + error.message + "\n";
  if (!error.line_text.empty()) out += excerpt(error);
  return out;
}

std::string to_string(const Errors& errors, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < errors.size() && i < limit; ++i) out += to_string(errors[i]);
  if (errors.size() > limit) {
    out += "... and " + std::to_string(errors.size() - limit) + " more\n";
  }
  return out;
}

}  // namespace memmap
