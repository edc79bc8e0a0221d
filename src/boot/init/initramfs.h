// The initrd, once its contents are unpacked.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Its pages become the page allocator's, the last part of one too.
void init_mount_tree(Boot& boot);
void populate_rootfs(Boot& boot);

}  // namespace memmap::boot
