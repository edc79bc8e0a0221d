// ACPI's tables, where the firmware left them or the initrd brings them; a place for an MP table.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void e820_memblock_alloc_reserved_mpc_new(Boot& boot);
void acpi_boot_table_init(Boot& boot);
void acpi_table_upgrade(Boot& boot);
// They read tables, through windows; what they find there is the machine's facts.
// kernel: acpi_blacklisted(), drivers/acpi/x86/blacklist.c (of the DSDT, whose makers it knows);
// arch/x86/kernel/acpi/boot.c; drivers/acpi/numa/srat.c; v6.12
void early_acpi_boot_init(Boot& boot);
void acpi_numa_init(Boot& boot);
void acpi_boot_init(Boot& boot);

// Where a kernel put the initrd's tables that a log lists among the firmware's: firmware's own
// never lie in memory that its map calls RAM. Empty: there are none.
PhysRange initrd_acpi_tables(const Machine& machine);

}  // namespace memmap::boot
