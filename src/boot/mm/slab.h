// The first slab caches, and who asks them for memory until mm_core_init() is done.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void kmem_cache_init(Boot& boot);
// Where a lock is larger than a word, page tables have theirs elsewhere.
void ptlock_cache_init(Boot& boot);
void vmalloc_init(Boot& boot);
void mm_cache_init(Boot& boot);

}  // namespace memmap::boot
