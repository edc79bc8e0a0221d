// How memblock keeps sizes from running over the end of the address space.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/address.h"

namespace memmap::memblock {

// `size`, or less if base + size would exceed 2^64 - 1; in bytes.
// kernel: memblock_cap_size(), mm/memblock.c, v6.12
constexpr std::uint64_t cap_size(PhysAddr base, std::uint64_t size) {
  return std::min(size, std::numeric_limits<std::uint64_t>::max() - raw(base));
}

}  // namespace memmap::memblock
