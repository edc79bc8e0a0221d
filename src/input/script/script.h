// Scripts of accesses: a YAML file of steps, or a line a step.
//
//   steps:
//     - ioremap: {phys: 0xfed00000, size: 4K, cache: uc-, as: hpet}
//     - read: {at: hpet+0xf0, size: 4}
//
//   ioremap 0xfed00000 4K cache uc- as hpet
//   read hpet+0xf0 4
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "access/script.h"
#include "base/result.h"

namespace memmap::input {

// Errors (all): what is no YAML, no step, no key or no value of one, each with its place.
Result<access::Script> read_script(std::string file, std::string_view source);

// `lines`: a step each, `VERB ARGUMENT [SIZE] [KEY VALUE]...`; quotes hold blanks together. `name`
// stands for a file in messages, the number of the line for the line.
Result<access::Script> read_script_lines(std::string name, std::span<const std::string> lines);

}  // namespace memmap::input
