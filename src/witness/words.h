// Words of kernel lines, read into the one form in which statements are compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/range.h"
#include "witness/kind.h"

namespace memmap::witness {

// `0x1000-0x9fc00`: half-open, as every range is compared.
std::string show(PhysRange range);
std::string show(std::uint64_t base, std::uint64_t end);

// A range at the front of `text`, in any of the kernels' forms (input/log/dmesg_e820.h).
std::optional<PhysRange> take_range(std::string_view& text);

// Removes the front, after which nothing but blanks may stand before what follows.
bool eat_word(std::string_view& text, std::string_view word);

// A decimal number behind `name`, wherever that stands in the line.
std::optional<std::uint64_t> number_behind(std::string_view line, std::string_view name);

// Judgements that several kinds share.
Judged another_build(const Simulated& boot, const Said& said);  // unknown unless same_build

}  // namespace memmap::witness
