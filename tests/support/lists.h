// memblock's lists, set by hand.
#pragma once

#include "memblock/memblock.h"

namespace memmap::test {

inline std::uint64_t bytes_of(const memblock::Regions& regions) {
  std::uint64_t sum = 0;
  for (const memblock::Region& r : regions) sum += r.range.size();
  return sum;
}

// `regions` sorted and disjoint.
inline void set_memory(memblock::Memblock& memblock, const memblock::Regions& regions) {
  memblock.assign_memory(regions, 128, bytes_of(regions));
}
inline void set_reserved(memblock::Memblock& memblock, const memblock::Regions& regions) {
  memblock.assign_reserved(regions, 128, bytes_of(regions));
}

}  // namespace memmap::test
