// Numbers as people read them. Exact forms stand next to these wherever the report rounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/range.h"

namespace memmap::report {

// At most seven characters. A whole multiple of a unit has no decimals and is exact: `0`, `17B`,
// `639K`, `3G`; anything else is rounded to one decimal, so a decimal point means "about": `1.5K`,
// `3.0G`.
std::string human_size(std::uint64_t bytes);

// `1,073,741,824`.
std::string grouped(std::uint64_t value);

// Lower case with 0x, padded with zeroes to `digits`: `0x0009fc00`.
std::string hex(std::uint64_t value, unsigned digits = 1);

// Hex digits that `value` needs: 8, or the next even number above.
unsigned hex_digits(std::uint64_t value);

// As the kernel's log prints it: the last byte, not the end: `0x0009fc00-0x0009ffff`. An empty
// range has no last byte and is printed as `0x0009fc00 (empty)`.
std::string span(PhysRange range, unsigned digits = 8);

// `12.3%`; `0%` and `100%` only when exact, else `<0.1%` and `>99.9%`. Of nothing: `-`.
std::string percent(std::uint64_t part, std::uint64_t whole);

// `1 range`, `2 ranges`.
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace memmap::report
