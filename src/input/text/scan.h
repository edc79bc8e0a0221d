// Reading the front of a line of text piece by piece, without copies.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/number.h"

namespace memmap::input {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr std::string_view skip_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  return s;
}
constexpr std::string_view trim(std::string_view s) {
  s = skip_blanks(s);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

// Removes `front` from the front of `s`; false, and nothing removed, where it is not there.
constexpr bool eat(std::string_view& s, std::string_view front) {
  if (s.substr(0, front.size()) != front) return false;
  s.remove_prefix(front.size());
  return true;
}

// Removes and returns what stands before the first of `stops` (all of `s` where none is there).
constexpr std::string_view take_until(std::string_view& s, std::string_view stops) {
  const std::string_view taken = s.substr(0, s.find_first_of(stops));
  s.remove_prefix(taken.size());
  return taken;
}

// Removes hexadecimal digits, with or without 0x, from the front; nullopt: none there, or too
// large.
inline std::optional<std::uint64_t> take_hex(std::string_view& s) {
  std::size_t n = s.starts_with("0x") || s.starts_with("0X") ? 2 : 0;
  while (n < s.size() && is_hex_digit(s[n])) ++n;
  const auto value = parse_hex(s.substr(0, n));
  if (!value.ok()) return std::nullopt;
  s.remove_prefix(n);
  return *value;
}

// Removes decimal digits from the front; nullopt: none there, or too large.
inline std::optional<std::uint64_t> take_decimal(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && is_digit(s[n])) ++n;
  std::size_t zeros = 0;  // `mem07`: a field of fixed width
  while (zeros + 1 < n && s[zeros] == '0') ++zeros;
  const auto value = parse_count(s.substr(zeros, n - zeros));
  if (!value.ok()) return std::nullopt;
  s.remove_prefix(n);
  return *value;
}

// The decimal number that ends where `unit` first stands: 16384 of `(16384K kernel code` for
// `K kernel code`. nullopt: `unit` is not there, or no number before it.
inline std::optional<std::uint64_t> decimal_before(std::string_view line, std::string_view unit) {
  const std::size_t at = line.find(unit);
  if (at == line.npos) return std::nullopt;
  std::size_t start = at;
  while (start > 0 && is_digit(line[start - 1])) --start;
  std::string_view digits = line.substr(start, at - start);
  return take_decimal(digits);
}

}  // namespace memmap::input
