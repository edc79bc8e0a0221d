// The page allocator takes over: the hand-over, and what it is given later.
#pragma once

#include <string_view>

#include "boot/boot.h"

namespace memmap::boot {

void memblock_free_all(Boot& boot);

// The whole pages of `range`, which are memory and were not the page allocator's, are from now on;
// where `what` is not empty the kernel tells so: `Freeing WHAT memory: 4K`.
// kernel: free_reserved_area(), mm/page_alloc.c, v6.12; memblock_free_late(), mm/memblock.c
void free_reserved_area(Boot& boot, PhysRange range, std::string_view what);
// The same without a word: of pages that count as managed, though they are in use, too. Returns the
// zone that all of them are of; nullptr: there is none, or there are several.
// kernel: adjust_managed_page_count(), mm/page_alloc.c, v6.12
buddy::ZonePages* adjust_managed_page_count(Boot& boot, PhysRange range, std::string_view what);
// The same of memory that memblock had reserved. Of pages that are not initialised yet MemTotal
// counts what no zone ever gets. kernel: memblock_free_late(), mm/memblock.c; memblock_free_pages(),
// mm/mm_init.c, v6.12
void memblock_free_late(Boot& boot, PhysRange range);

void mem_init_print_info(Boot& boot);
// The pages that memblock_free_all() left for later.
void deferred_init_memmap(Boot& boot);
void memblock_discard(Boot& boot);

}  // namespace memmap::boot
