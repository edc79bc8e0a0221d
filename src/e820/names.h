// Entries in the kernel's own words.
#pragma once

#include <string>

#include "machine/e820_entry.h"

namespace memmap::e820 {

// `usable`, `ACPI data`, `persistent (type 12)`, `type 20`. kernel: e820_print_type(), v6.12
std::string type_name(E820Type type);

// `[mem 0x0000000000000000-0x000000000009fbff]`, the last byte included; sums wrap as the kernel's.
// kernel: e820__print_table(), v6.12
std::string table_range(std::uint64_t addr, std::uint64_t end);

// `[mem 0x00000000-0x0009fbff]`, as edits are logged.
std::string edit_range(std::uint64_t addr, std::uint64_t end);

}  // namespace memmap::e820
