// Ranges in the kernel's own words: the last byte is included, sums wrap as the kernel's do.
#pragma once

#include <cstdint>
#include <string>

namespace memmap::e820 {

// `[mem 0x0000000000000000-0x000000000009fbff]`, as tables are logged.
// kernel: e820__print_table(), v6.12
std::string table_range(std::uint64_t addr, std::uint64_t end);

// `[mem 0x00000000-0x0009fbff]`, as edits are logged.
std::string edit_range(std::uint64_t addr, std::uint64_t end);

}  // namespace memmap::e820
