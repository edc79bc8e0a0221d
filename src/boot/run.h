// Simulates a boot.
#pragma once

#include "boot/boot.h"
#include "boot/outcome.h"

namespace memmap::boot {

// Takes the machine through the steps up to the first process; stops where the
// kernel panics or something plugged in is at fault. Pure: the same input gives the same outcome.
Outcome run(const Inputs& inputs);
Outcome run(const Machine& machine, const kernel::Profile& profile, const Options& options = {});

}  // namespace memmap::boot
