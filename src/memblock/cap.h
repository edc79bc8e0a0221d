// kernel: memblock_cap_size(), mm/memblock.c: a size that cannot overflow is left as it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/address.h"

namespace memmap::memblock {

constexpr std::uint64_t cap_size(PhysAddr base, std::uint64_t size) {
  return std::min(size, std::numeric_limits<std::uint64_t>::max() - raw(base));
}

}  // namespace memmap::memblock
