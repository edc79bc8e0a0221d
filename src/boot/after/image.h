// The kernel's image for steps behind the hand-over: where its parts lie, and changes to its pages.
#pragma once

#include <optional>

#include "boot/boot.h"
#include "paging/set_memory.h"

namespace memmap::boot {

// The virtual address of a symbol in the image's mapping; nullopt: the profile does not tell.
std::optional<VirtAddr> address_of(const Boot& boot, const kernel::Symbol& symbol);

// Pages of 4 KiB from one address to the other; 0 where they are not in this order.
constexpr std::uint64_t pages_between(VirtAddr from, VirtAddr to) {
  return from < to ? (raw(to) - raw(from)) >> kPageShift : 0;
}

// Changes to the page tables as they are now. After mark_rodata_ro() it is asked to keep_read_only().
paging::SetMemory set_memory(Boot& boot);

// [from, to) of the image goes to the page allocator as `what`, unless debug_pagealloc wants to find
// out who still uses it: writable, not executable, and under page-table
// isolation no longer mapped at __START_KERNEL_map. Both are multiples of a page, or the part of
// a page at either end stays. kernel: free_kernel_image_pages(), arch/x86/mm/init.c, v6.12
void free_kernel_image_pages(Boot& boot, paging::SetMemory& memory, std::string_view what,
                             VirtAddr from, VirtAddr to);
// The same without the last, as for what is no part of the image. kernel: free_init_pages()
void free_init_pages(Boot& boot, paging::SetMemory& memory, std::string_view what, VirtAddr from,
                     VirtAddr to);

}  // namespace memmap::boot
