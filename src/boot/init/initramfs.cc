#include "boot/init/initramfs.h"

#include "base/align.h"
#include "boot/mm/page_alloc.h"
#include "boot/rules.h"
#include "kernel/rootfs.h"

namespace memmap::boot {

// Of vfs_caches_init(). Options that a tmpfs refuses leave the kernel without a root.
// kernel: init_mount_tree(), fs/namespace.c, v6.12.117 and v7.2
void init_mount_tree(Boot& boot) {
  const std::uint64_t memory = boot.state.page_allocator.totalram_pages << kPageShift;
  if (!kernel::rootfs_of(boot.in.command_line, boot.in.profile, memory).is_refused) return;
  boot.story.tell(Severity::panic, rule::kInitMountTree,
                  "Kernel panic - not syncing: Can't create rootfs");
}

// kernel: do_populate_rootfs(), init/initramfs.c; free_initrd_mem(), arch/x86/mm/init.c, v6.12
void populate_rootfs(Boot& boot) {
  if (!boot.state.initrd) return;
  if (boot.in.has_parameter("retain_initrd")) {
    return boot.story.tell(Severity::info, rule::kPopulateRootfs,
                           "retain_initrd keeps the initrd's memory", boot.state.initrd);
  }
  if (boot.in.features.debug_pagealloc) return;
  const std::uint64_t end = align_up(raw(boot.state.initrd->end()), kPageSize);
  free_reserved_area(boot, PhysRange::make(raw(boot.state.initrd->base()), end), "initrd");
}

}  // namespace memmap::boot
