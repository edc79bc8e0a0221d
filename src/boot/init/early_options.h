// Early parameters whose function refuses a value: the kernel says so, and goes on without.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Tells of `p` in the kernel's words if it is early, this kernel has it, and its function refuses
// what it says, warns of it, or stops the kernel. mem= and memmap= tell of themselves (e820/parameters.h); of other
// early parameters only those that the boot reads are looked at.
// kernel: do_early_param(), init/main.c, v6.1 and v6.12
void tell_if_malformed(Boot& boot, const kernel::Parameter& p);

}  // namespace memmap::boot
