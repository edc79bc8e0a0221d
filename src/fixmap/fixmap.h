// The fixmap: virtual addresses that are known when the kernel is compiled, a page a slot, counted
// from the top down.
#pragma once

#include <cstdint>

#include "paging/address_space.h"

namespace memmap::fixmap {

// Slot 0; the others lie below. kernel: FIXADDR_TOP, arch/x86/include/asm/fixmap.h, v6.12
inline constexpr VirtAddr kTop{0xffffffffff7ff000};
inline constexpr unsigned kBtmapPages = 64;  // NR_FIX_BTMAPS: what one early_ioremap() can map
inline constexpr unsigned kBtmapSlots = 8;   // FIX_BTMAPS_SLOTS: how many may be open

// A slot is a number of `enum fixed_addresses`, which the kernel's configuration decides.
constexpr VirtAddr fix_to_virt(std::uint64_t slot) {
  return VirtAddr{raw(kTop) - (slot << kPageShift)};
}
// `virt` is at most kTop with its page.
constexpr std::uint64_t virt_to_fix(VirtAddr virt) {
  return (raw(kTop) - (raw(virt) & ~(kPageSize - 1))) >> kPageShift;
}

// Maps the page of `phys` at the slot, in place of what is there; `flags` are paging::Flags.
// kernel: __native_set_fixmap(), arch/x86/mm/pgtable.c, v6.12
void set_fixmap(paging::AddressSpace& space, std::uint64_t slot, PhysAddr phys,
                std::uint32_t flags);
void clear_fixmap(paging::AddressSpace& space, std::uint64_t slot);

}  // namespace memmap::fixmap
