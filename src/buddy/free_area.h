// The free blocks of a zone, as the buddy allocator holds them at the hand-over.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace memmap::buddy {

// The types from 4 on, CMA and isolated, do not occur yet.
// kernel: enum migratetype, include/linux/mmzone.h, v6.12
enum class MigrateType : int { unmovable = 0, movable = 1, reclaimable = 2, highatomic = 3 };

// `count` blocks of 2^order pages each, one behind the other from `first` on.
struct FreeRun {
  Pfn first{};
  std::uint64_t count = 0;
};

// All free blocks of one order and migrate type, ascending and disjoint.
struct FreeList {
  unsigned order = 0;
  MigrateType migratetype = MigrateType::movable;
  std::vector<FreeRun> runs{};
};

// Sorted by order, then by migrate type; no list is empty.
using FreeArea = std::vector<FreeList>;

}  // namespace memmap::buddy
