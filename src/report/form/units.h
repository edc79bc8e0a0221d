// Numbers as people read them. Where a report rounds, the exact number stands beside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/range.h"

namespace memmap::report {

// Bytes in the largest unit that gives 1 or more, in at most seven characters. A whole number of
// units is exact: `0`, `17B`, `639K`, `3G`. Anything else is rounded to one decimal, so that a
// decimal point means "about": `1.5K`, `3.0G`.
std::string human_size(std::uint64_t bytes);

// With commas between thousands: `1,073,741,824`.
std::string grouped(std::uint64_t value);

// Lower case behind 0x, with zeroes in front up to `digits`: `0x0009fc00`.
std::string hex(std::uint64_t value, unsigned digits = 1);

// How many hex digits to show `value` with: 8, or the even number that it needs.
unsigned hex_digits(std::uint64_t value);

// As the kernel's log prints a range, with its last byte: `0x0009fc00-0x0009ffff`. An empty range
// has no last byte: `0x0009fc00 (empty)`.
std::string span(PhysRange range, unsigned digits = 8);

// The share in per cent: `12.3%`. `0%` and `100%` are exact; next to them are `<0.1%` and `>99.9%`.
// For a `whole` of 0: `-`.
std::string percent(std::uint64_t part, std::uint64_t whole);

// The count and the noun, with an s unless it is one: `1 range`, `2 ranges`.
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace memmap::report
