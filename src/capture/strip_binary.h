// Removes what identifies a machine from firmware's tables and the zero page. All is overwritten in
// place: sizes stay, and the kernel takes the same memory for it.
#pragma once

#include <string>

#include "machine/machine.h"

namespace memmap::capture {

// Overwrites serial numbers, asset tags, the UUID, OEM strings, and the contents of structures of a
// vendor's own. `table` is SMBIOS's, of so many `structures`. An empty string stays empty, and a
// UUID that is not set stays so.
void strip_smbios(std::string& table, unsigned structures);

// Overwrites the monitor's EDID, and the disks' signatures and EDD records. `zero_page`: struct
// boot_params.
void strip_boot_params(std::string& zero_page);

// Overwrites the content of a setup_data node of this type, unless the boot reads such content.
void strip_setup_data(std::string& content, std::uint32_t type);

// Overwrites a piece of the first MiB that lies at `base`, except for what the boot reads there:
// two words of the BIOS data area, and the MP tables where `found` says that they are.
void strip_low_memory(std::string& bytes, PhysAddr base, const Machine& found);

}  // namespace memmap::capture
