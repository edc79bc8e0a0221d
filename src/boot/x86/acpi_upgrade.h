// ACPI tables that the initrd brings.
#pragma once

#include "machine/machine.h"

namespace memmap::boot {

// Where a kernel put the initrd's tables that a log lists among the firmware's: firmware's own
// never lie in memory that its map calls RAM. Empty: there are none.
PhysRange initrd_acpi_tables(const Machine& machine);

}  // namespace memmap::boot
