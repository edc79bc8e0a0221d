// The initrd, once its contents are unpacked.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// A panic where initramfs_options= is refused.
void init_mount_tree(Boot& boot);
// The initrd's pages become the page allocator's, the last part of one too.
void populate_rootfs(Boot& boot);

}  // namespace memmap::boot
