// Roots that have entries of one another: below these they have the same tables.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "paging/address_space.h"

namespace memmap::paging {

// All that `from` translates in [start, start + size) `to` translates as well, from `at` on: entries of
// tables of `level` are copied, the tables below them are the same. Both starts and `size` are
// multiples of entry_size(level); the range does not end above all addresses. What `to` had
// there goes. What changes in `from` later has to be shared again.
void share(const AddressSpace& from, AddressSpace& to, VirtAddr start, std::uint64_t size,
           unsigned level, VirtAddr at);
inline void share(const AddressSpace& from, AddressSpace& to, VirtAddr start, std::uint64_t size,
                  unsigned level) {
  share(from, to, start, size, level, start);
}

// The tables alone: what `to` maps there stays.
void share_tables(const AddressSpace& from, AddressSpace& to, VirtAddr start, std::uint64_t size,
                  unsigned level, VirtAddr at);

}  // namespace memmap::paging
