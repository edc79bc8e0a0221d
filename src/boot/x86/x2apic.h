// What the kernel says of local APICs that firmware has put into x2APIC mode; local_apic.h has what
// comes of it.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Acts on nox2apic. kernel: setup_nox2apic(), arch/x86/kernel/apic/apic.c, v6.1, v6.12 and v7.2
void setup_nox2apic(Boot& boot, const kernel::Parameter& parameter);

// A step. kernel: check_x2apic(), arch/x86/kernel/apic/apic.c, v6.1, v6.12 and v7.2
void check_x2apic(Boot& boot);

}  // namespace memmap::boot
