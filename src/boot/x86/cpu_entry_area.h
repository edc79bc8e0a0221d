// The CPU entry areas: what every processor has mapped for user space too.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void setup_cpu_entry_areas(Boot& boot);

}  // namespace memmap::boot
