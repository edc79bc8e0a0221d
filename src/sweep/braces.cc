#include "sweep/braces.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "base/number.h"

namespace memmap::sweep {
namespace {

using Texts = std::vector<std::string>;

// The unit that a number is written in: its letter's place in the row; 0: none.
constexpr std::string_view kUnits = "KMGTPE";
std::size_t unit_of(std::string_view number) {
  if (number.starts_with("0x") || number.starts_with("0X")) return 0;
  for (const char c : number) {
    const std::size_t at = kUnits.find(static_cast<char>(std::toupper(c)));
    if (at != kUnits.npos) return at + 1;
  }
  return 0;
}

std::string written(std::uint64_t value, bool hexadecimal, std::size_t unit) {
  if (hexadecimal) return fmt::format("{:#x}", value);
  if (unit == 0) return fmt::format("{}", value);
  return fmt::format("{}{}", value >> (10 * unit), kUnits[unit - 1]);
}

Error too_many() { return {"stands for too many texts: " + beyond(Limit::texts)}; }

// `FROM..TO..STEP`, without the braces.
Result<Texts> range(std::string_view text) {
  std::array<std::string_view, 3> parts{};
  std::size_t count = 0;
  for (std::size_t at = 0; count < parts.size();) {
    const std::size_t dots = text.find("..", at);
    parts[count++] = text.substr(at, dots == text.npos ? dots : dots - at);
    if (dots == text.npos) break;
    at = dots + 2;
    if (count == parts.size())
      return Error{fmt::format("`{{{}}}`: a range is FROM..TO or FROM..TO..STEP", text)};
  }
  const bool times = parts[2].starts_with('*');
  if (times) parts[2].remove_prefix(1);
  std::array<std::uint64_t, 3> numbers{0, 0, 1};
  std::size_t unit = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = parse_u64(parts[i]);
    if (!number) return Error{fmt::format("`{{{}}}`: {}", text, number.errors().front().message)};
    numbers[i] = *number;
    // Of a factor and of a 0 the unit says nothing.
    if (!(times && i == 2) && *number != 0) unit = std::min(unit, unit_of(parts[i]));
  }
  if (unit > kUnits.size()) unit = 0;
  const auto [from, to, step] = numbers;
  if (from > to)
    return Error{
        fmt::format("`{{{}}}`: a range goes up, from the smaller number to the larger", text)};
  if (step == 0) return Error{fmt::format("`{{{}}}`: a step of 0 never comes to an end", text)};
  if (times && (step < 2 || from == 0))
    return Error{
        fmt::format("`{{{}}}`: a factor is 2 or more, and what it begins with above 0", text)};
  const bool hexadecimal = parts[0].starts_with("0x") || parts[0].starts_with("0X");
  Texts out;
  for (std::uint64_t value = from;;) {
    if (out.size() == limit_of(Limit::texts)) return too_many();
    out.push_back(written(value, hexadecimal, unit));
    if (times ? value > to / step : to - value < step) return out;
    value = times ? value * step : value + step;
  }
}

Texts words(std::string_view text) {
  Texts out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    out.emplace_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

}  // namespace

Result<Texts> expand_braces(std::string_view text) {
  Texts out{std::string()};
  const auto each_with = [&](const Texts& ends) -> bool {
    if (out.size() * ends.size() > limit_of(Limit::texts)) return false;
    Texts longer;
    longer.reserve(out.size() * ends.size());
    for (const std::string& begin : out) {
      for (const std::string& end : ends) longer.push_back(begin + end);
    }
    out = std::move(longer);
    return true;
  };
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == text.npos ? open : text.find('}', open);
    if (close == text.npos) {
      const std::string_view rest = open == text.npos ? std::string_view() : text.substr(open);
      if (rest.find("..") != rest.npos || rest.find(',') != rest.npos)
        return Error{fmt::format("`{}`: a brace that nothing closes", rest)};
      each_with({std::string(text)});
      break;
    }
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    if (inside.find('{') != inside.npos)
      return Error{fmt::format("`{}`: braces within braces are not expanded; write the list out",
                               text.substr(open, close + 1 - open))};
    each_with({std::string(text.substr(0, open))});
    Texts choice{fmt::format("{{{}}}", inside)};
    if (inside.find("..") != inside.npos) {
      auto numbers = range(inside);
      if (!numbers) return numbers.errors();
      choice = *std::move(numbers);
    } else if (inside.find(',') != inside.npos) {
      choice = words(inside);
    }
    if (!each_with(choice)) return too_many();
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace memmap::sweep
