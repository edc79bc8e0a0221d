#include "base/number.h"

#include <limits>

namespace memmap {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : 99;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string out = "`";
  for (char c : text.substr(0, kShown)) out += (c >= 0x20 && c < 0x7f) ? c : '?';
  if (text.size() > kShown) out += "...";
  return out + "`";
}

enum class Units { none, binary };

Error fault(std::string_view text, std::string_view what, Units units) {
  std::string message = quoted(text) + " " + std::string(what) + "; expected a number: ";
  message += units == Units::binary ? std::string(kNumberForms)
                                    : std::string("decimal (12) or hexadecimal (0xc)");
  return Error{.message = std::move(message)};
}

// Reads digits of `base` from the front of `text`, up to the first other character.
struct Digits {
  std::uint64_t value = 0;
  std::size_t length = 0;
  bool overflow = false;
};
Digits read_digits(std::string_view text, unsigned base) {
  Digits d;
  for (; d.length < text.size(); ++d.length) {
    const int v = digit_value(text[d.length]);
    if (v >= static_cast<int>(base)) break;
    if (d.value > (kMax - static_cast<unsigned>(v)) / base) d.overflow = true;
    d.value = d.value * base + static_cast<unsigned>(v);
  }
  return d;
}

// By how many bits the unit shifts left; -1: there is no such unit.
int unit_shift(std::string_view suffix) {
  if (suffix.empty()) return 0;
  constexpr std::string_view kUnits = "kmgtpe";
  const std::size_t at = kUnits.find(lower(suffix[0]));
  if (at == std::string_view::npos) return -1;
  const std::string_view rest = suffix.substr(1);
  const bool bytes = rest.size() == 2 && lower(rest[0]) == 'i' && lower(rest[1]) == 'b';
  return rest.empty() || bytes ? static_cast<int>(10 * (at + 1)) : -1;
}

Result<std::uint64_t> parse(std::string_view text, Units units) {
  if (text.empty()) return fault(text, "is empty", units);
  if (text[0] == '-' || text[0] == '+') return fault(text, "has a sign", units);
  const bool hex = text.size() > 1 && text[0] == '0' && lower(text[1]) == 'x';
  const std::string_view body = hex ? text.substr(2) : text;
  const Digits d = read_digits(body, hex ? 16 : 10);
  if (d.length == 0) return fault(text, "is not a number", units);
  // In hexadecimal E is a digit and never a unit: `0x1E`. No other unit's letter is a digit.
  const std::string_view suffix = body.substr(d.length);
  if (!hex && d.length > 1 && body[0] == '0') {
    return fault(text, "has a leading zero, which some tools read as octal", units);
  }
  if (!suffix.empty() && suffix[0] == '.') return fault(text, "has a fraction", units);
  if (d.overflow) return fault(text, "is too large for 64 bits", units);
  if (suffix.empty()) return d.value;
  const int shift = units == Units::binary ? unit_shift(suffix) : -1;
  if (shift < 0) {
    return fault(text, "has `" + std::string(suffix.substr(0, 8)) + "` after the digits", units);
  }
  if (d.value > kMax >> shift) return fault(text, "is too large for 64 bits", units);
  return d.value << shift;
}

}  // namespace

Result<std::uint64_t> parse_u64(std::string_view text) { return parse(text, Units::binary); }

Result<std::uint64_t> parse_count(std::string_view text) { return parse(text, Units::none); }

Result<std::uint64_t> parse_hex(std::string_view text) {
  const bool prefixed = text.size() > 1 && text[0] == '0' && lower(text[1]) == 'x';
  const std::string_view body = prefixed ? text.substr(2) : text;
  const Digits d = read_digits(body, 16);
  if (d.length == 0 || d.length != body.size()) {
    return Error{.message = quoted(text) + " is not a hexadecimal number; expected digits 0-9 a-f"};
  }
  if (d.overflow) return Error{.message = quoted(text) + " is too large for 64 bits"};
  return d.value;
}

std::string number_with_unit(std::uint64_t value) {
  constexpr std::string_view kUnits = "KMGTPE";
  if (value < 1024) return std::to_string(value);
  for (std::size_t i = kUnits.size(); i > 0; --i) {
    const std::uint64_t unit = std::uint64_t{1} << (10 * i);
    if (value % unit == 0) return std::to_string(value / unit) + kUnits[i - 1];
  }
  std::string digits;
  for (; value != 0; value >>= 4) digits.insert(digits.begin(), "0123456789abcdef"[value & 15]);
  return "0x" + digits;
}

}  // namespace memmap
