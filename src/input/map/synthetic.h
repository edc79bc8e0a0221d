// A map in one line, laid end to end from address 0: format `synthetic`.
//
//   ram:640K hole:384K ram:3G@node0 hole:1020M ram:28G@node1
//
// A segment is WORD:SIZE or WORD:SIZE@nodeN. The word is a type of e820 (ram, reserved, acpi, nvs,
// unusable, pmem, pram, reserved_kern, soft, typeN) or `hole`: nothing there.
#pragma once

#include <string>
#include <string_view>

#include "input/format.h"

namespace memmap::input {

// `name` is where the text comes from, for messages: `--synthetic` or a file.
Result<Machine> read_synthetic(std::string_view text, std::string name);

Recognition recognise_synthetic(const Source& source);
Result<Machine> read_synthetic(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
