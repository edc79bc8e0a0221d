// Free blocks of a zone as the buddy allocator holds them at the hand-over.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace memmap::buddy {

// kernel: enum migratetype, include/linux/mmzone.h (CMA 3 only with CONFIG_CMA, then ISOLATE 4)
enum class MigrateType : int { unmovable = 0, movable = 1, reclaimable = 2, highatomic = 3 };

// `count` blocks of 2^order pages each, one after the other from `first`.
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

using FreeArea = std::vector<FreeList>;  // by order, then migrate type; empty lists are left out

}  // namespace memmap::buddy
