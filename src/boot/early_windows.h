// How steps of the boot look at memory that is not mapped yet: through windows of early_ioremap(),
// each told as an event of level debug.
#pragma once

#include <cstdint>
#include <optional>

#include "boot/boot.h"
#include "ioremap/early_ioremap.h"

namespace memmap::boot {

// The paging::Flags of PAGE_KERNEL as they are now. Before init_mem_mapping() nothing is taken from
// them but what the processor lacks.
// kernel: __supported_pte_mask, probe_page_size_mask(), arch/x86/mm/init.c, v6.12
std::uint32_t early_page_flags(const Boot& boot);

// The window that [phys, phys + size) has got; nullopt: refused, and the story has what the kernel says.
// kernel: early_memremap(), mm/early_ioremap.c, v6.12
std::optional<VirtAddr> early_memremap(Boot& boot, PhysAddr phys, std::uint64_t size);
// Of a window that early_memremap() gave for `size` bytes.
void early_memunmap(Boot& boot, VirtAddr window, std::uint64_t size);

// Maps and frees at once, as what only reads does, and tells it as one, without the
// slot's name. False: refused.
enum class Looks { once, twice };
bool look_at(Boot& boot, PhysAddr phys, std::uint64_t size, Looks looks = Looks::once);
inline bool look_at(Boot& boot, PhysRange range) {
  return look_at(boot, range.base(), range.size());
}
// The same of as much as one likes, window by window; all but the first are told as one.
// kernel: copy_from_early_mem(), mm/early_ioremap.c, v6.12
void look_through(Boot& boot, PhysRange range);

}  // namespace memmap::boot
