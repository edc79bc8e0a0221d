#include "report/form/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace memmap::report {

std::string human_size(std::uint64_t bytes) {
  constexpr std::string_view kUnits = "BKMGTPE";
  if (bytes == 0) return "0";
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes >> (10 * (unit + 1)) != 0) ++unit;
  const unsigned shift = static_cast<unsigned>(10 * unit);
  const std::uint64_t whole = bytes >> shift;
  const std::uint64_t rest = bytes & ((std::uint64_t{1} << shift) - 1);
  if (rest == 0) return fmt::format("{}{}", whole, kUnits[unit]);
  // Tenths, rounded half up. `rest` is below 2^60, so rest * 10 fits.
  std::uint64_t tenths =
      whole * 10 + (rest * 10 + (std::uint64_t{1} << (shift - 1))) / (std::uint64_t{1} << shift);
  if (tenths >= 10240 && unit + 1 < kUnits.size()) {  // 1023.96M is 1.0G, not 1024.0M
    tenths = 10;
    ++unit;
  }
  return fmt::format("{}.{}{}", tenths / 10, tenths % 10, kUnits[unit]);
}

std::string grouped(std::uint64_t value) {
  std::string text = fmt::format("{}", value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string hex(std::uint64_t value, unsigned digits) {
  return fmt::format("0x{:0{}x}", value, digits);
}

unsigned hex_digits(std::uint64_t value) {
  const unsigned needed = (static_cast<unsigned>(std::bit_width(value)) + 3) / 4;
  return std::max(8u, needed + needed % 2);
}

std::string span(PhysRange range, unsigned digits) {
  if (range.empty()) return hex(raw(range.base()), digits) + " (empty)";
  return hex(raw(range.base()), digits) + "-" + hex(raw(range.end()) - 1, digits);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  if (part == 0) return "0%";
  if (part == whole) return "100%";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (share < 0.1) return "<0.1%";
  if (share < 100.0 && share > 99.9) return ">99.9%";
  return fmt::format("{:.1f}%", share);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace memmap::report
