// How many free pages each zone keeps: computed once when the initcalls run, and again for khugepaged.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void init_per_zone_wmark_min(Boot& boot);
void hugepage_init(Boot& boot);
// Of the zones' managed pages as they are now.
void setup_per_zone_lowmem_reserve(Boot& boot);

}  // namespace memmap::boot
