// A map as an array in C: format `c-array`, as `memmap convert` writes it.
//
//   static const struct boot_e820_entry e820[] = {
//   	{ .addr = 0x0, .size = 0x9fc00, .type = 1 },
//   };
//
// Read are: the entries between the braces after the first `=`, by designators or in this order;
// numbers with any of C's suffixes; E820_TYPE_RAM and its like; comments.
#pragma once

#include "input/format.h"

namespace memmap::input {

Recognition recognise_c_array(const Source& source);
Result<Machine> read_c_array(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
