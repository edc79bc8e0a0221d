// The tree of resources (state.iomem), and small records that the kernel keeps of them, all from the
// top of memory.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void probe_roms(Boot& boot);
void insert_kernel_resources(Boot& boot);
// The MADT's I/O APICs are not looked at; those of an MP table still are.
bool refuses_io_apics(const Boot& boot);

void acpi_parse_hpet(Boot& boot);
void io_apic_init_mappings(Boot& boot);
void e820_reserve_resources(Boot& boot);
void e820_register_nosave_regions(Boot& boot);

// Behind the hand-over.
void e820_reserve_resources_late(Boot& boot);
void ioapic_insert_resources(Boot& boot);
void hpet_insert_resource(Boot& boot);

}  // namespace memmap::boot
