// The page tables that EFI's runtime services are called with.
#pragma once

#include <optional>
#include <string_view>

#include "boot/boot.h"

namespace memmap::boot {

// A step: efi_mm's tables. What firmware keeps lies there at its physical addresses, and once more from
// 4 GiB below the top of all addresses on downwards, each piece at the same place within 2 MiB as
// its memory.
void map_efi_regions(Boot& boot);

// The same with all that the kernel's own tables have by now, as the kernel sees to before each call of a
// service. nullopt: there are none.
std::optional<paging::AddressSpace> efi_tables(const Boot& boot);

// What those tables lack, for people.
std::string_view efi_unknown(const Inputs& in);

}  // namespace memmap::boot
