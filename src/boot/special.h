// What of this kernel and machine no boot follows.
#pragma once

#include <string>
#include <vector>

#include "boot/inputs.h"

namespace memmap::boot {

// For a report's notes, each begins with kNotSimulated; empty: nothing is special.
std::vector<std::string> not_simulated(const Inputs& in);

}  // namespace memmap::boot
