// The choice of an address among free ranges: memblock asks, an allocation policy answers. The
// kernel's own two answers (top-down, bottom-up) are plugins like any other (plugins/alloc_*).
#pragma once

#include <cstdint>
#include <optional>

#include "base/range.h"

namespace memmap::memblock {

// One search, as memblock_find_in_range_node() makes it: one node, one set of limits and flags. The
// retries (without the lower limit, other nodes, without mirror) are memblock's own.
struct FindRequest {
  std::uint64_t size = 0;   // bytes, > 0
  std::uint64_t align = 1;  // a power of two
  PhysRange limits{};  // the block must lie in it; already cut to current_limit and above page 0
  int nid = -1;        // kAnyNode or a node
  std::uint32_t flags = 0;  // memblock_flags asked for (MEMBLOCK_MIRROR)
};

// The free ranges (memory minus reserved) that fit the request's node and flags, cut to its limits,
// one by one, lazily, in ascending or descending order; each is non-empty.
class FreeRanges {
 public:
  virtual ~FreeRanges() = default;
  // The first range that ends above `after` (start with limits.base()), its front cut to `after`.
  virtual std::optional<PhysRange> next_up(PhysAddr after) = 0;
  // The last range that starts below `before` (start with limits.end()), its end cut to `before`.
  virtual std::optional<PhysRange> next_down(PhysAddr before) = 0;
  // The lowest / highest aligned block of the request's size: what a walk over next_up() /
  // next_down() would find first, in logarithmic time. kernel: __memblock_find_range_bottom_up() /
  // _top_down()
  virtual std::optional<PhysAddr> first_fit_up() = 0;
  virtual std::optional<PhysAddr> first_fit_down() = 0;
};

// Pure: the same request and ranges give the same answer.
class AllocationPolicy {
 public:
  virtual ~AllocationPolicy() = default;
  // An address such that [address, address + size) lies in one free range and is aligned; nullopt:
  // none. A wrong answer is refused by the plugin host and never reaches memblock.
  virtual std::optional<PhysAddr> choose(const FindRequest& request, FreeRanges& ranges) = 0;
};

}  // namespace memmap::memblock
