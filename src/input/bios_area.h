// What a PC's BIOS left in low memory: the BIOS data area, the MP tables; and ACPI's SRAT.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

// `page`: the first 4096 bytes of physical memory. Fills ebda, base_memory, and mp_floating if it
// lies in the first KiB. Error: cut short. kernel: reserve_bios_regions(), arch/x86/kernel/ebda.c,
// v6.12
Status add_page0(const std::string& name, std::string_view page, Machine& machine);

// `rom`: the 64 KiB from 0xf0000 on. Fills mp_floating unless it is known, and mp_configuration
// where that table lies in `rom` too. Error: cut short. kernel: smp_scan_config(),
// arch/x86/kernel/mpparse.c, v6.12
Status add_bios_rom(const std::string& name, std::string_view rom, Machine& machine);

// `table`: ACPI's system resource affinity table, whole. Fills node_memory and cpu_nodes where they
// are empty. Errors: no SRAT, cut
// short. kernel: acpi_numa_memory_affinity_init(), drivers/acpi/numa/srat.c, v6.12
Status add_srat(const std::string& name, std::string_view table, Machine& machine);

}  // namespace memmap::input
