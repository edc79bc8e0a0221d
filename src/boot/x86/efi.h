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

// The kernel knows EFI, and firmware is one.
bool is_efi(const Inputs& in);
// EFI's map is still there after efi_init().
bool keeps_efi_map(const Inputs& in);
// efi_bgrt_init() is called for ACPI's table BGRT, and EFI's map is there for it.
bool reads_bgrt(const Inputs& in);
// It is, but neither where the picture lies is known nor that the kernel refuses it.
bool lacks_picture(const Inputs& in);

// Behind the hand-over: firmware's map moves from a window of early_ioremap() to the direct map.
void efi_enter_virtual_mode(Boot& boot);
// Memory for specific purposes is kept for drivers. kernel: efi_soft_reserve_enabled(),
// drivers/firmware/efi/efi.c; drivers/firmware/efi/libstub/efi-stub-helper.c, v6.12
bool efi_soft_reserve_enabled(const Boot& boot);
void efi_free_boot_services(Boot& boot);

}  // namespace memmap::boot
