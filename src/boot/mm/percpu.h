// Per-CPU areas and CPU masks.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void setup_per_cpu_areas(Boot& boot);
void setup_cpu_masks(Boot& boot);
// The node of each possible processor.
std::vector<int> nodes_of_cpus(const Boot& boot);

}  // namespace memmap::boot
