// What names a machine, taken out of firmware's tables and the zero page. Sizes stay, and what the
// kernel takes memory for.
#pragma once

#include <string>

#include "machine/machine.h"

namespace memmap::capture {

// Overwrites serial numbers, asset tags and the UUID of SMBIOS's structures, OEM strings and the
// contents of structures of a vendor's own. An empty string stays empty, an unset UUID unset.
void strip_smbios(std::string& table, unsigned structures);

// Overwrites the monitor's EDID, the disks' signatures and their EDD records.
void strip_boot_params(std::string& zero_page);

// Overwrites a node of setup_data, except of the types whose content the boot reads.
void strip_setup_data(std::string& content, std::uint32_t type);

// Overwrites all of a piece of the first MiB, at `base`, but what the boot reads there: the BIOS
// data area's two words, and the MP tables where `found` says that they are.
void strip_low_memory(std::string& bytes, PhysAddr base, const Machine& found);

}  // namespace memmap::capture
