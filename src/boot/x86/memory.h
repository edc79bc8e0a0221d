// Memory and its first users: the brk area, memblock, the trampoline, the direct map, the initrd.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void dmi_setup(Boot& boot);
void reserve_brk(Boot& boot);
void movable_node(Boot& boot);
void e820_memblock_setup(Boot& boot);
void memblock_dump_all(Boot& boot);
void reserve_real_mode(Boot& boot);
void init_real_mode(Boot& boot);
void init_mem_mapping(Boot& boot);
void reserve_initrd(Boot& boot);

}  // namespace memmap::boot
