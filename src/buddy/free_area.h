// The free blocks of a zone, as the buddy allocator holds them at the hand-over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"

namespace memmap::buddy {

// At the hand-over there are the first two alone.
// kernel: enum migratetype, include/linux/mmzone.h, v6.12
enum class MigrateType : int {
  unmovable = 0,
  movable = 1,
  reclaimable = 2,
  highatomic = 3,
  cma = 4,
  isolate = 5
};
inline constexpr std::size_t kMigrateTypes = 6;

inline constexpr unsigned kMaxOrder = 30;  // what MAX_PAGE_ORDER may be at most

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

// Blocks one behind the other in a list and in memory: ascending from `first` on, or descending.
struct ListRun {
  Pfn first{};  // the one nearest to the list's head
  std::uint64_t count = 0;
  bool falling = false;  // of one block alone: false

  friend bool operator==(const ListRun&, const ListRun&) = default;
};

// A free list from head, where blocks are taken, to tail.
struct OrderedList {
  unsigned order = 0;
  MigrateType migratetype = MigrateType::movable;
  std::vector<ListRun> runs{};  // as few as there can be
};

// Sorted by order, then by migrate type; no list is empty.
using OrderedLists = std::vector<OrderedList>;

}  // namespace memmap::buddy
