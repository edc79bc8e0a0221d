// What of this kernel and machine no boot follows.
#pragma once

#include <string>
#include <vector>

#include "boot/inputs.h"

namespace memmap::boot {

// For a report's notes, each begins with kNotSimulated; empty: nothing is special.
std::vector<std::string> not_simulated(const Inputs& in);

// Of the firmware's map: what types are that the kernel does not know, a sentence each.
std::vector<std::string> unknown_types(const Machine& machine);

}  // namespace memmap::boot
