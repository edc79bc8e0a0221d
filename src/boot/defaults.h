// What was assumed of the machine because nothing told it.
#pragma once

#include <string>
#include <vector>

#include "boot/inputs.h"

namespace memmap::boot {

// A sentence for each default in use, `default: ...`; share/doc/defaults.md explains them. In the
// order of the boot.
std::vector<std::string> defaults_used(const Inputs& in);

}  // namespace memmap::boot
