// The e820 table that the kernel's EFI stub makes of EFI's memory map.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "machine/e820_entry.h"
#include "machine/machine.h"

namespace memmap::input {

// Of a type of EFI's without attributes; nullopt: the stub leaves such memory out.
std::optional<E820Type> e820_of_efi_type(std::uint32_t type);

// The table that the stub hands to the kernel; touching pieces of one type are joined.
// `soft_reserve` false: efi=nosoftreserve was given. kernel: setup_e820(),
// drivers/firmware/efi/libstub/x86-stub.c, v6.12
E820Entries e820_of_efi_map(const std::vector<EfiMemory>& map, bool soft_reserve);

}  // namespace memmap::input
