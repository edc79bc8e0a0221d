// Memory sections and the struct pages in them.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void sparse_init(Boot& boot);

}  // namespace memmap::boot
