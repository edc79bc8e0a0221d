// Per-CPU areas and CPU masks.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void setup_per_cpu_areas(Boot& boot);
void setup_cpu_masks(Boot& boot);

}  // namespace memmap::boot
