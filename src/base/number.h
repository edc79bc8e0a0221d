// The one strict reader of numbers that people write: command line, YAML, JSON and logs alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap {

// Says in one phrase what parse_u64() accepts, for messages.
inline constexpr std::string_view kNumberForms =
    "decimal (4096), hexadecimal (0x1000), with a unit K M G T P E or KiB MiB GiB TiB PiB EiB (4G)";

// Reads a whole non-negative number: decimal or 0x hexadecimal, then an optional unit (K, M, G, T,
// P, E or KiB ... EiB in either case, powers of 1024). Nothing before, between or after. The
// error's message says what is wrong with `text` (sign, overflow, leading zero, fraction, unknown
// unit) and what is accepted; it has no origin. Not for kernel parameters: those go by the kernel's
// own lenient rules (kernel/command_line.h).
Result<std::uint64_t> parse_u64(std::string_view text);

// The same without units: a count, a node, a type number.
Result<std::uint64_t> parse_count(std::string_view text);

// Hexadecimal digits with or without 0x, as the kernel prints addresses. No sign, no unit.
Result<std::uint64_t> parse_hex(std::string_view text);

// As parse_u64() and the kernel's memparse() read it back: in the largest unit that it is a whole
// multiple of (`640K`, `3G`), else decimal below 1024 and hexadecimal above (`0x9fc01`).
std::string number_with_unit(std::uint64_t value);

}  // namespace memmap
