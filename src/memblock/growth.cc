// How memblock's arrays grow: from memblock itself.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "memblock/memblock.h"

namespace memmap::memblock {

// The new array of `reserved` is looked for above the range that is about to be reserved, then
// below it. The new array is reserved and the old one freed before that range is reserved. There is
// no slab yet.
// kernel: memblock_double_array(), mm/memblock.c, v6.1 and v6.12
bool Memblock::double_array(RegionType& type, PhysAddr new_area_start,
                            std::uint64_t new_area_size) {
  constexpr std::string_view kStep = "memblock_double_array";
  if (panicked_) return false;
  if (!can_resize_) {
    if (behaviour_.memblock_resize_panics) {
      event(Severity::panic, kStep,
            fmt::format("Kernel panic - not syncing: memblock: cannot resize {} array", type.name));
    } else {
      // The kernel says nothing: its caller fails with -ENOMEM.
      event(Severity::debug, kStep,
            fmt::format("{} array is full at {} entries before memblock_allow_resize()", type.name,
                        type.max));
    }
    return false;
  }
  const std::uint64_t new_size = type.max * options_.region_bytes * 2;
  const std::uint64_t new_alloc_size = align_up(new_size, kPageSize);
  if (&type != &reserved_) {
    new_area_start = PhysAddr{};
    new_area_size = 0;
  }
  auto addr = find_in_range(PhysAddr{raw(new_area_start) + new_area_size}, current_limit_,
                            new_alloc_size, kPageSize);
  if (!addr && new_area_size != 0) {
    addr = find_in_range(PhysAddr{}, std::min(new_area_start, current_limit_), new_alloc_size,
                         kPageSize);
  }
  if (!addr) {
    event(Severity::warning, kStep,
          fmt::format("memblock: Failed to double {} array from {} to {} entries !", type.name,
                      type.max, type.max * 2));
    return false;
  }
  event(Severity::debug, kStep,
        fmt::format("memblock: {} is doubled to {} at [{:#018x}-{:#018x}]", type.name, type.max * 2,
                    raw(*addr), raw(*addr) + new_size - 1),
        PhysRange::make(raw(*addr), raw(*addr) + new_size));
  const auto old = type.array;
  type.array = PhysRange::make(raw(*addr), raw(*addr) + new_alloc_size);
  type.max *= 2;
  const Caller caller{kStep, kRegionsArray};
  if (old) phys_free(old->base(), old->size(), caller);
  if (!reserve_kern(*addr, new_alloc_size, caller) && !panicked_) {
    event(Severity::panic, kStep, "kernel BUG at mm/memblock.c: memblock_double_array");
    return false;
  }
  return !panicked_;
}

}  // namespace memmap::memblock
