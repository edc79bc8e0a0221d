// A console of the kernel's first moments, whose registers a slot of the fixmap maps from then on.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Acts on earlycon=NAME,mmio...,ADDRESS of the 8250 kind, and on console= of that form; the first of
// them counts. Others, and those of other kinds, map nothing here.
// kernel: setup_earlycon(), register_earlycon(), drivers/tty/serial/earlycon.c; do_early_param(),
// init/main.c; v6.12
void setup_earlycon(Boot& boot, const kernel::Parameter& parameter);

}  // namespace memmap::boot
