// The page tables that other processors, a reboot and a wake-up start with.
#pragma once

#include <optional>

#include "boot/boot.h"

namespace memmap::boot {

// Pages of the code in the real-mode blob, which begins with a page of header and read-only data. Behind it
// come a page of data, trampoline_pgd, and two pages more: so in every image that was read, from 6.1
// to 7.2, of six pages and of seven.
// kernel: arch/x86/realmode/rm/realmode.lds.S, v6.12
constexpr std::uint64_t real_mode_code_pages(PhysRange blob) {
  constexpr std::uint64_t kOthers = 5;
  const std::uint64_t pages = blob.size() >> kPageShift;
  return pages > kOthers ? pages - kOthers : 1;
}

// trampoline_pgd, which lies in the real-mode blob, once setup_real_mode() has filled it. Its first entry
// reaches the first memory at its physical addresses; the others are those of the kernel's root, and
// what the kernel changes below them changes here too. nullopt: no blob.
std::optional<paging::AddressSpace> trampoline_tables(const Boot& boot);

}  // namespace memmap::boot
