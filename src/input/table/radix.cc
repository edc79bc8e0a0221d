#include "input/table/radix.h"

#include <algorithm>

namespace memmap::input {
namespace {

// Bare digits that are another number in the other base.
bool is_open(const Cell& cell) { return cell.hex && cell.decimal && *cell.hex != *cell.decimal; }

bool even(std::span<const Cell> cells, Radix radix) {
  constexpr std::uint64_t kStep = 1024;
  return std::ranges::all_of(cells, [radix](const Cell& cell) {
    const auto value = number_of(cell, radix);
    return value && (*value % kStep == 0 || *value % kStep == kStep - 1);
  });
}

}  // namespace

std::optional<std::uint64_t> number_of(const Cell& cell, Radix radix) {
  if (cell.hex && cell.decimal) return radix == Radix::hex ? cell.hex : cell.decimal;
  if (cell.bare_hex && radix == Radix::decimal) return std::nullopt;
  return cell.hex ? cell.hex : cell.decimal;
}

std::optional<Radix> radix_of(std::span<const Cell> cells, Radix wanted) {
  if (wanted != Radix::told) return wanted;
  if (std::ranges::any_of(cells, &Cell::bare_hex)) return Radix::hex;
  if (std::ranges::none_of(cells, is_open)) return Radix::decimal;
  const bool hex = even(cells, Radix::hex);
  const bool decimal = even(cells, Radix::decimal);
  if (hex == decimal) return std::nullopt;
  return hex ? Radix::hex : Radix::decimal;
}

}  // namespace memmap::input
