// What the tables that a kernel prints after the firmware's tell of the machine.
#pragma once

#include <optional>
#include <vector>

#include "machine/machine.h"

namespace memmap::input {

// The entries that setup_data added: what `extended` holds beyond `firmware`, type by type.
// Appended to `firmware` and sanitised they give `extended` again. kernel:
// e820__memory_setup_extended(), arch/x86/kernel/e820.c, v6.12
E820Entries added_entries(const E820Entries& firmware, const E820Entries& extended);

// The places of setup_data's nodes in the table printed as `reserve setup_data:`. The kernel prints
// its own RAM as `usable` too, but never leaves two touching entries of one type: of a row of such
// the second, fourth ... are the nodes'. nullopt: a row has an even count, so a node lies at one of
// its ends and the log does not tell at which. A node's type is known if it is SETUP_EFI, by its
// length.
//
//   |  usable  | usable |   usable   |
//                ^ node
//
// kernel: e820__reserve_setup_data(), arch/x86/kernel/e820.c, v2.6.26 to v6.14
std::optional<std::vector<SetupData>> setup_data_of(const E820Entries& table);

// SETUP_EFI, which kexec passes, is known by its length; 0: any other.
// kernel: struct efi_setup_data, arch/x86/include/asm/efi.h
std::uint32_t setup_data_type(std::uint64_t len);

}  // namespace memmap::input
