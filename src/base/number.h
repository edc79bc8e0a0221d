// The strict reader of all numbers that people write: in options, YAML, JSON and logs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap {

// What parse_u64() accepts, as a phrase for messages.
inline constexpr std::string_view kNumberForms =
    "decimal (4096), hexadecimal (0x1000), with a unit K M G T P E or KiB MiB GiB TiB PiB EiB (4G)";

// Reads `text`, all of it, as a number without sign: decimal or 0x hexadecimal, then an optional
// unit (K, M, G, T, P, E or KiB ... EiB in either case, powers of 1024). Error: a sign, overflow, a
// leading zero, a fraction, an unknown unit; the message says which and what is accepted, and has
// no origin. Kernel parameters follow the kernel's own lenient rules instead:
// kernel/command_line.h.
Result<std::uint64_t> parse_u64(std::string_view text);

// The same without units, for a count, a node, a type number.
Result<std::uint64_t> parse_count(std::string_view text);

// Reads `text`, all of it, as hexadecimal digits with or without 0x, as the kernel prints
// addresses. Error: anything else, or more than 64 bits.
Result<std::uint64_t> parse_hex(std::string_view text);

// As parse_u64() and the kernel's memparse() read it back: in the largest unit that it is a whole
// multiple of (`640K`, `3G`), else decimal below 1024 and hexadecimal above (`0x9fc01`).
std::string number_with_unit(std::uint64_t value);

}  // namespace memmap
