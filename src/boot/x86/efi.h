// EFI's memory map and tables.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void efi_memblock_x86_reserve_range(Boot& boot);
void efi_init(Boot& boot);
void efi_find_mirror(Boot& boot);
void efi_esrt_init(Boot& boot);
void efi_mokvar_table_init(Boot& boot);
void efi_reserve_boot_services(Boot& boot);
void efi_bgrt_init(Boot& boot);

// Whether the command line or the kernel's configuration keeps EFI's runtime services, and with them
// EFI's map, out of use.
bool efi_runtime_disabled(const Inputs& in);

// Behind the hand-over: firmware's map moves from a window of early_ioremap() to the direct map.
void efi_enter_virtual_mode(Boot& boot);
// Memory for specific purposes is kept for drivers. kernel: efi_soft_reserve_enabled(),
// drivers/firmware/efi/efi.c; drivers/firmware/efi/libstub/efi-stub-helper.c, v6.12
bool efi_soft_reserve_enabled(const Boot& boot);
void efi_free_boot_services(Boot& boot);

}  // namespace memmap::boot
