// The kernel's memory while a script runs: copies of what the boot left, and what ioremap and the
// allocators keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/answer.h"
#include "access/page_allocator.h"
#include "access/place.h"
#include "access/slab.h"
#include "boot/inputs.h"
#include "boot/outcome.h"
#include "ioremap/ioremap.h"

namespace memmap::access {

class Kernel {
 public:
  // Both must outlive it.
  Kernel(const boot::Outcome& outcome, const boot::Inputs& inputs);
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // What the answers rest on and a boot's report does not tell.
  std::vector<std::string> notes() const;

  // `user`: while a program runs, which has its own tables under page-table isolation.
  Walk walk(VirtAddr at, bool user = false) const;
  // The direct map's address of `phys`, and what of the direct map lies at an address.
  VirtAddr virt_of(PhysAddr phys) const;
  std::optional<PhysAddr> phys_of_direct(VirtAddr virt) const;
  // How a mapping of these flags is cached, and what the MTRRs make of that.
  ioremap::CacheMode mode_of(std::uint32_t flags) const {
    return ioremap::cache_mode_of(flags, surroundings.pat);
  }
  // Puts pages into the tables. False: there is no page for a table.
  bool map(const paging::Mapping& run);

  const boot::Outcome& outcome;
  const boot::Inputs& inputs;
  ioremap::Surroundings surroundings;
  paging::AddressSpace tables;
  PageAllocator pages;
  Slabs slabs;
  Places places;
  ioremap::Memtypes memtypes;
  ioremap::VmapAreas areas;
  ioremap::IoMapper io;
  ioremap::EarlyIoremap early;

 private:
  void preallocate_levels();
};

}  // namespace memmap::access
