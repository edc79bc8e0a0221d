// ioremap(): physical addresses mapped into vmalloc's, once the kernel has an allocator.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "ioremap/cache_mode.h"
#include "ioremap/memtype.h"
#include "ioremap/vmap_areas.h"
#include "kernel/behaviour.h"
#include "paging/address_space.h"
#include "paging/set_memory.h"

namespace memmap::ioremap {

// What does not change while it maps.
struct Surroundings {
  kernel::Behaviour behaviour{};
  Pat pat = Pat::full;
  unsigned phys_bits = 46;              // of a physical address that the processor has
  std::uint32_t kernel_flags = 0;       // paging::Flags of PAGE_KERNEL
  std::uint64_t largest_page = 0;       // bytes; of what processor and command line allow
  Pfn max_pfn{};                        // the end of the direct map
  std::vector<PhysRange> system_ram{};  // the busy resources of RAM, ascending, disjoint
  std::vector<PhysRange> reserved{};    // whose pages are PageReserved, ascending, disjoint
  std::vector<PhysRange> mapped{};      // by the direct map
  paging::ImagePlaces image{};          // mapped a second time
};

// A page for a new table of `level` that translates `virt`; nullopt: there is none.
using TakeTable = std::function<std::optional<PhysAddr>(unsigned level, VirtAddr virt)>;

class IoMapper {
 public:
  // All but the surroundings must outlive it.
  IoMapper(Surroundings about, paging::AddressSpace& tables, Memtypes& memtypes, VmapAreas& areas,
           TakeTable take_table);

  // The address that `phys` has got; nullopt: the kernel returns NULL, and `sink` has what it says.
  // kernel: __ioremap_caller(), arch/x86/mm/ioremap.c, v6.12
  std::optional<VirtAddr> ioremap(PhysAddr phys, std::uint64_t size, CacheMode asked,
                                  EventSink& sink);
  // False: the kernel only complains. kernel: iounmap()
  bool iounmap(VirtAddr virt, EventSink& sink);
  // Adds the tables down to `level` that translate `virt`, where they are not there. False: there is no
  // page for one.
  bool need_tables(VirtAddr virt, unsigned level);

 private:
  bool has_usable_ram(PhysRange range) const;
  bool map_range(VirtAddr virt, PhysRange range, std::uint32_t flags, EventSink& sink);
  std::uint64_t page_size_at(VirtAddr virt, PhysAddr phys, std::uint64_t left, EventSink& sink);
  void sync_direct_map(PhysRange range, CacheMode mode);

  Surroundings about_;
  paging::AddressSpace& tables_;
  Memtypes& memtypes_;
  VmapAreas& areas_;
  TakeTable take_table_;
  bool warned_of_ram_ = false;
  bool warned_of_phys_ = false;
  bool warned_of_unmap_ = false;
  bool warned_of_mtrr_ = false;
};

}  // namespace memmap::ioremap
