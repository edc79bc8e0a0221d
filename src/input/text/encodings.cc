#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "input/text/paper.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kFront = 4096;

enum class Order { little, big };

// By its mark, or because nearly every second byte of its front is 0, as with a text of ASCII's.
std::optional<Order> utf16_order(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return Order::little;
  if (bytes.starts_with("\xfe\xff")) return Order::big;
  const std::string_view front = bytes.substr(0, kFront);
  std::size_t zeros[2] = {};
  for (std::size_t i = 0; i < front.size(); ++i) zeros[i % 2] += front[i] == '\0' ? 1 : 0;
  const std::size_t half = front.size() / 2;
  if (half < 16) return std::nullopt;
  if (zeros[1] * 10 >= half * 9 && zeros[0] * 20 < half) return Order::little;
  if (zeros[0] * 10 >= half * 9 && zeros[1] * 20 < half) return Order::big;
  return std::nullopt;
}

std::string utf8_of_utf16(std::string_view bytes, Order order) {
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return order == Order::little ? static_cast<std::uint32_t>(a | b << 8)
                                  : static_cast<std::uint32_t>(a << 8 | b);
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c == 0xfeff) continue;
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.size()) {
      const std::uint32_t low = unit(i + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
    }
    append_utf8(out, c);
  }
  return out;
}

// An escape sequence of a terminal at the front, as itself or as tools show it; 0: none.
std::size_t colour_at(std::string_view s) {
  std::string_view rest = s;
  bool escape = false;
  for (const std::string_view form :
       {"\x1b", "^[", "#033", "\\x1b", "\\x1B", "\\033", "\\e", "\\u001b", "\xe2\x90\x9b"}) {
    escape = eat(rest, form);
    if (escape) break;
  }
  if (!rest.starts_with('[')) return escape && s[0] == '\x1b' ? s.size() - rest.size() : 0;
  std::size_t n = 1;
  while (n < rest.size() && (is_digit(rest[n]) || rest[n] == ';' || rest[n] == '?')) ++n;
  if (n >= rest.size()) return 0;
  // `[0m`: its escape was lost. `[m` is the front of `[mem`.
  if (!escape && (rest[n] != 'm' || n < 2 || n > 9)) return 0;
  if (rest[n] < '@' || rest[n] > '~') return 0;
  return s.size() - rest.size() + n + 1;
}

// A character of UTF-8 that is a blank, or is none to see; 0: neither.
std::size_t odd_blank_at(std::string_view s, std::string_view& stands_for) {
  constexpr std::string_view kBlanks[] = {
      "\xc2\xa0",     "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
      "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
      "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xaf", "\xe3\x80\x80"};
  constexpr std::string_view kNothing[] = {"\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d",
                                           "\xe2\x81\xa0", "\xef\xbb\xbf", "\xc2\xad"};
  for (const std::string_view blank : kBlanks) {
    stands_for = " ";
    if (s.starts_with(blank)) return blank.size();
  }
  for (const std::string_view nothing : kNothing) {
    stands_for = "";
    if (s.starts_with(nothing)) return nothing.size();
  }
  // Windows' quotation marks and dashes, which editors put in place of ASCII's, and what documents
  // make of letters: ligatures, a minus, the cross of `0x`.
  constexpr std::pair<std::string_view, std::string_view> kPunctuation[] = {
      {"\xe2\x80\x98", "'"},  {"\xe2\x80\x99", "'"},  {"\xe2\x80\x90", "-"},
      {"\xe2\x80\x91", "-"},  {"\xe2\x80\x93", "-"},  {"\xe2\x80\x94", "-"},
      {"\xe2\x88\x92", "-"},  {"\xc3\x97", "x"},      {"\xef\xac\x80", "ff"},
      {"\xef\xac\x81", "fi"}, {"\xef\xac\x82", "fl"}, {"\xef\xac\x83", "ffi"},
      {"\xef\xac\x84", "ffl"}};
  for (const auto& [odd, plain] : kPunctuation) {
    stands_for = plain;
    if (s.starts_with(odd)) return odd.size();
  }
  return 0;
}

// A byte of Windows' code page 1252 at the front that is no part of UTF-8; 0: none that matters.
std::size_t windows_byte_at(std::string_view s, std::string_view& stands_for) {
  constexpr std::pair<char, std::string_view> kBytes[] = {
      {'\x91', "'"}, {'\x92', "'"}, {'\x96', "-"}, {'\x97', "-"},
      {'\xa0', " "}, {'\xad', ""},  {'\xd7', "x"}};
  if (static_cast<unsigned char>(s[0]) < 0x80 || utf8_length(s) != 0) return 0;
  for (const auto& [byte, plain] : kBytes) {
    stands_for = plain;
    if (s[0] == byte) return 1;
  }
  return 0;
}

// A return at a line's end or front, as editors show it.
bool is_shown_return(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  return rest == "^M" || (at == 0 && rest.starts_with("^M"));
}

std::string without_invisible(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::string_view stands_for;
    if (const std::size_t n = colour_at(rest); n != 0) {
      i += n;
    } else if (const std::size_t m = odd_blank_at(rest, stands_for); m != 0) {
      out += stands_for;
      i += m;
    } else if (const std::size_t w = windows_byte_at(rest, stands_for); w != 0) {
      out += stands_for;
      i += w;
    } else if (is_shown_return(text, i)) {
      i += 2;
    } else {
      const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
      out += rest.substr(0, length);
      i += length;
    }
  }
  return out;
}

// Where a line of the two characters `\n` ends; npos: nowhere. `\\n` is a backslash and an n.
std::size_t written_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("\\n", from); at != text.npos; at = text.find("\\n", at + 2)) {
    if (at != 0 && text[at - 1] == '\\') continue;
    return at;
  }
  return text.npos;
}

// `\n` between two messages, or at the end of one: what follows begins as a log's line does.
bool ends_a_message(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at + 2);
  while (eat(rest, "\\n") || eat(rest, "\\r")) {
  }
  return rest.empty() || rest[0] == '[' || rest[0] == '<' || rest[0] == '"' || rest[0] == '\'' ||
         rest.starts_with("BIOS-") || rest.starts_with("e820") ||
         rest.starts_with("Command line") || rest.starts_with("(XEN)");
}

}  // namespace

Paper paper_of(std::string_view bytes) {
  Paper paper;
  std::size_t number = 0;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    std::string_view text = bytes.substr(0, end);
    bytes = end == bytes.npos ? std::string_view{} : bytes.substr(end + 1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
    paper.push_back({.text = std::string(text), .number = ++number});
  }
  return paper;
}

void put_pieces(Paper& out, const PaperLine& line, std::string_view pieces) {
  while (true) {
    const std::size_t end = pieces.find('\n');
    // Not a copy of `line` that is cut then: each piece would have room for all of its text.
    PaperLine piece;
    piece.text = pieces.substr(0, end);
    while (piece.text.ends_with('\r')) piece.text.pop_back();
    piece.number = line.number;
    piece.headed = line.headed;
    piece.tagged = line.tagged;
    piece.width = line.width;
    out.push_back(std::move(piece));
    if (end == pieces.npos) return;
    pieces = pieces.substr(end + 1);
  }
}

bool has_other_encoding(std::string_view bytes) {
  return bytes.starts_with("\xef\xbb\xbf") || utf16_order(bytes).has_value();
}

std::string as_utf8(std::string_view bytes) {
  if (const auto order = utf16_order(bytes)) return utf8_of_utf16(bytes, *order);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return std::string(bytes);
}

bool has_carriage_returns(const Paper& paper) {
  return std::ranges::any_of(
      paper, [](const PaperLine& line) { return line.text.find('\r') != line.text.npos; });
}

void undo_carriage_returns(Paper& paper) {
  Paper out;
  const bool only = paper.size() == 1;  // no \n at all: \r counts the lines
  for (const PaperLine& line : paper) {
    std::string text = line.text;
    std::replace(text.begin(), text.end(), '\r', '\n');
    put_pieces(out, line, text);
  }
  if (only) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i].number = i + 1;
  }
  paper = std::move(out);
}

bool has_written_ends(const Paper& paper) {
  return std::ranges::any_of(paper, [](const PaperLine& line) {
    const std::size_t at = written_end(line.text, 0);
    return at != line.text.npos && ends_a_message(line.text, at);
  });
}

void undo_written_ends(Paper& paper) {
  Paper out;
  for (const PaperLine& line : paper) {
    std::string text = line.text;
    for (std::size_t at = written_end(text, 0); at != text.npos; at = written_end(text, at)) {
      if (!ends_a_message(text, at)) {
        at += 2;
        continue;
      }
      const std::size_t from = at >= 2 && text.compare(at - 2, 2, "\\r") == 0 ? at - 2 : at;
      text.replace(from, at + 2 - from, "\n");
      at = from;
    }
    put_pieces(out, line, text);
  }
  paper = std::move(out);
}

bool has_invisible(const Paper& paper) {
  return std::ranges::any_of(paper, [](const PaperLine& line) {
    const std::string_view text = line.text;
    for (std::size_t i = 0; i < text.size();
         i += std::max<std::size_t>(utf8_length(text.substr(i)), 1)) {
      const char c = text[i];
      const std::string_view rest = text.substr(i);
      std::string_view stands_for;
      if (static_cast<unsigned char>(c) >= 0x80 &&
          (odd_blank_at(rest, stands_for) != 0 || windows_byte_at(rest, stands_for) != 0)) {
        return true;
      }
      if (c == '^' && is_shown_return(text, i)) return true;
      if ((c == '\x1b' || c == '^' || c == '#' || c == '\\' || c == '[') &&
          colour_at(text.substr(i)) != 0)
        return true;
    }
    return false;
  });
}

void undo_invisible(Paper& paper) {
  for (PaperLine& line : paper) line.text = without_invisible(line.text);
}

std::optional<std::string> without_encodings(std::string_view bytes) {
  constexpr struct {
    bool (*worn)(const Paper&);
    void (*take_off)(Paper&);
  } kEach[] = {{has_quoted_printable, undo_quoted_printable},
               {has_html, undo_html},
               {has_carriage_returns, undo_carriage_returns},
               {has_written_ends, undo_written_ends},
               {has_invisible, undo_invisible}};
  bool changed = has_other_encoding(bytes);
  Paper paper = paper_of(changed ? as_utf8(bytes) : std::string(bytes));
  for (const auto& each : kEach) {
    if (!each.worn(paper)) continue;
    each.take_off(paper);
    changed = true;
  }
  if (!changed) return std::nullopt;
  std::string out;
  for (const PaperLine& line : paper) out += line.text + "\n";
  return out;
}

}  // namespace memmap::input
