// One address through the page tables, entry by entry, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "paging/address_space.h"

namespace memmap::paging {

enum class EntryKind { absent, table, page };

// What the processor reads of one table on its way.
struct LookupStep {
  unsigned level = 0;  // of the table; 1: its entries are of 4 KiB pages
  TablePage table{};   // where it lies
  unsigned index = 0;  // of the entry
  VirtAddr start{};    // the first address that the entry translates
  EntryKind entry = EntryKind::absent;
};

struct Lookup {
  bool canonical = true;            // false: the processor refuses the address, and reads nothing
  std::vector<LookupStep> steps{};  // from the root to the entry that ends the way
  // The run of pages that the address lies in, of the tables that were asked; nullptr: a fault.
  const Mapping* mapping = nullptr;
  std::optional<PhysAddr> phys{};  // of the address itself
};

//   root     [...|e|...]            level 4, index 273   table
//                 |  [..|e|....]    level 3, index   0   table
//                         | [e|.]   level 2, index   5   2 MiB page -> phys
Lookup look_up(const AddressSpace& tables, VirtAddr address);

// Every virtual address that reaches the byte at `phys`, ascending. Takes O(n) for n runs.
std::vector<VirtAddr> addresses_of(const AddressSpace& tables, PhysAddr phys);

}  // namespace memmap::paging
