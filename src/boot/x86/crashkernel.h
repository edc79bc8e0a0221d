// Memory for a crash kernel.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void arch_reserve_crashkernel(Boot& boot);
void reserve_crashkernel(Boot& boot);

}  // namespace memmap::boot
