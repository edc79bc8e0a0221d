// What lies in memory and is read after it was put there, whoever reserved it, if anybody did.
#pragma once

#include <vector>

#include "boot/inputs.h"
#include "boot/outcome.h"
#include "boot/state.h"

namespace memmap::boot {

// The kernel's image, the initrd where it lies now, setup_data, the tables of ACPI, EFI and MP, and
// memblock's own arrays: each with the kernel function that reads it. Not sorted; what firmware
// says overlaps is given as it says.
std::vector<Owned> in_use(const Inputs& in, const State& state);

}  // namespace memmap::boot
