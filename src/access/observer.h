// Who looks on while a script runs: kmemcheck, for one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "access/gfp.h"
#include "access/script.h"
#include "base/event.h"
#include "paging/mapping.h"

namespace memmap::access {

// What an allocation gave.
struct Allocation {
  std::string_view by{};  // `alloc_pages`, `kmalloc`
  VirtAddr virt{};        // in the direct map
  PhysAddr phys{};
  std::uint64_t size = 0;  // bytes that were asked for
  std::uint64_t room = 0;  // bytes that were given: the object's, or all the pages'
  Gfp gfp{};
  bool zeroed = false;
  std::string_view cache{};  // of slab: `kmalloc-64`; empty: whole pages
  CacheFlags cache_flags{};
  // The slab's pages that the object is the first of; empty: it has others' beside it already.
  std::optional<PhysRange> new_slab{};
};

struct Freed {
  std::string_view by{};  // `free_pages`, `kfree`
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint64_t size = 0;  // bytes: the object's, or all the pages'
  std::string_view cache{};
  CacheFlags cache_flags{};
};

// A part of an access that one run of pages serves; an access that crosses a border is several.
struct Accessed {
  Touch touch = Touch::read;
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint64_t size = 0;
  std::span<const std::uint8_t> bytes{};     // that a write writes; empty: not told
  const paging::Mapping* mapping = nullptr;  // that served it; nullptr: by physical address
  bool mmio = false;                         // no RAM is there
  bool user = false;
};

struct Copied {
  VirtAddr from{};
  VirtAddr to{};
  std::uint64_t size = 0;
  unsigned unit = 8;
};

// What memory holds; without bytes: that it counts as initialised.
struct Told {
  VirtAddr virt{};
  std::uint64_t size = 0;
  std::span<const std::uint8_t> bytes{};
};

// What it has to say of a step becomes an event of that step's answer. Calls come in the order of the
// actions; an access that faults is told up to the fault alone.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void begin(std::size_t /*step*/) {}  // from 1
  virtual void allocated(const Allocation& /*allocation*/, EventSink& /*sink*/) {}
  virtual void freed(const Freed& /*freed*/, EventSink& /*sink*/) {}
  virtual void accessed(const Accessed& /*accessed*/, EventSink& /*sink*/) {}
  virtual void copied(const Copied& /*copied*/, EventSink& /*sink*/) {}  // a whole copy alone
  virtual void told(const Told& /*told*/, EventSink& /*sink*/) {}
  virtual void set(const Sysctl& /*setting*/, EventSink& /*sink*/) {}
  virtual void interrupts(bool /*on*/, EventSink& /*sink*/) {}
};

}  // namespace memmap::access
