#include "boot/init/initramfs.h"

#include "base/align.h"
#include "boot/mm/page_alloc.h"
#include "boot/rules.h"

namespace memmap::boot {

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
