// Whether the numbers of a column are decimal or hexadecimal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "input/table/cells.h"

namespace memmap::input {

// How a column's numbers are to be taken. told: by 0x, units and the column's other numbers.
enum class Radix : std::uint8_t { told, hex, decimal };

// In the base `radix`, which is hex or decimal: a cell with 0x or a unit is what it says. nullopt: it
// cannot be of that base.
std::optional<std::uint64_t> number_of(const Cell& cell, Radix radix);

// Of one column. `wanted` where it is not `told`; else what its cells say: letters, 0x, units, leading
// zeros; else the base in which all are multiples of 1 KiB (or one less: last bytes), if only one is so.
// nullopt: nothing tells.
std::optional<Radix> radix_of(std::span<const Cell> cells, Radix wanted);

}  // namespace memmap::input
