// MP tables: the list of processors and interrupts that firmware left in memory before ACPI.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Steps.
void find_mptable(Boot& boot);
// Reads the table where ACPI has not told of the processors.
// kernel: mpparse_parse_early_smp_config(), arch/x86/kernel/mpparse.c, v6.12
void early_parse_smp_cfg(Boot& boot);
// Reads it where ACPI has not told of both processors and I/O APICs.
// kernel: default_get_smp_config(), arch/x86/kernel/mpparse.c, v6.1; mpparse_parse_smp_config(), v6.12
void parse_smp_cfg(Boot& boot);

}  // namespace memmap::boot
