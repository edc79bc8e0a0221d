// Nodes and zones.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void initmem_init(Boot& boot);
void init_cpu_to_node(Boot& boot);
void init_memory_less_node(Boot& boot);
void alloc_offline_node_data(Boot& boot);
void free_area_init(Boot& boot);

}  // namespace memmap::boot
