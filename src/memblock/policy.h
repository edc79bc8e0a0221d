// Allocation policies: memblock asks for an address among free ranges, a policy answers. The
// kernel's own two, top-down and bottom-up, are plugins as any other (plugins/alloc_*).
#pragma once

#include <cstdint>
#include <optional>

#include "base/range.h"

namespace memmap::memblock {

// One search, as memblock_find_in_range_node() makes it: one node, one set of limits and flags.
// Memblock makes the retries: without mirror, on other nodes, without the lower limit.
struct FindRequest {
  std::uint64_t size = 0;   // bytes; 0 where the caller asks for none
  std::uint64_t align = 1;  // bytes, a power of two
  PhysRange limits{};       // holds the whole block: special ends are resolved, page 0 is left out
  int nid = -1;             // a node, or kAnyNode
  std::uint32_t flags = 0;  // RegionFlags asked for: kMirror, or none
};

// The free ranges of one request: memory of its node and flags that is not reserved, cut to its
// limits. None is empty; each lies in one region of memory. Found one by one, as they are asked
// for.
class FreeRanges {
 public:
  virtual ~FreeRanges() = default;
  // The lowest range that ends above `after`, its front cut at `after`; nullopt: there is none. A
  // walk upwards starts with limits.base() and goes on with the end of what it got.
  virtual std::optional<PhysRange> next_up(PhysAddr after) = 0;
  // The highest range that begins below `before`, its end cut at `before`; nullopt: there is none.
  // A walk downwards starts with limits.end() and goes on with the base of what it got.
  virtual std::optional<PhysRange> next_down(PhysAddr before) = 0;
  // The lowest and the highest aligned block of the request's size: what a walk would find first,
  // in logarithmic time. nullopt: none fits.
  // kernel: __memblock_find_range_bottom_up(), __memblock_find_range_top_down()
  virtual std::optional<PhysAddr> first_fit_up() = 0;
  virtual std::optional<PhysAddr> first_fit_down() = 0;
  // The smallest piece of free memory that holds an aligned block of the request's size; of pieces as
  // large as each other the highest. With a grain of 0 a piece is a free range; else it is what lies
  // of one before, and what lies behind, its whole aligned blocks of `grain` bytes (a power of two),
  // or all of a range that has none:
  //
  //   grain    |       |       |       |
  //   free        |=====================|
  //   pieces      |====|               ||
  //
  // Logarithmic where searches of the same kind follow one another. nullopt: no piece holds one.
  virtual std::optional<PhysRange> smallest_piece(std::uint64_t grain) = 0;
};

// Must be pure: the same request and ranges give the same answer.
class AllocationPolicy {
 public:
  virtual ~AllocationPolicy() = default;
  // A multiple of `align` such that [address, address + size) lies in one free range; nullopt: the
  // policy has none to give, and memblock goes on to its next retry. Memblock does not check the
  // answer: for plugins src/plugin does, and refuses a wrong one.
  virtual std::optional<PhysAddr> choose(const FindRequest& request, FreeRanges& ranges) = 0;
  // Whether every answer is the kernel's own, the first fit from the top.
  virtual bool is_first_fit() const { return false; }
};

}  // namespace memmap::memblock
