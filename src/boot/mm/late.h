// What still needs memblock shortly before the hand-over.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void setup_log_buf_early(Boot& boot);
void setup_log_buf_late(Boot& boot);
void kfence_alloc_pool(Boot& boot);
void pti_init(Boot& boot);

}  // namespace memmap::boot
