// What each step of a script came to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/script.h"
#include "base/event.h"
#include "base/range.h"
#include "ioremap/cache_mode.h"
#include "ioremap/memtype.h"
#include "paging/lookup.h"

namespace memmap::access {

// What lies at a physical address.
struct There {
  std::string
      words{};  // `RAM of the kernel image`, `free RAM`, `nothing that a table knows: MMIO or a hole`
  bool ram = false;  // memory; else a device's, the firmware's, or nothing
  PhysAddr end{};    // where it ends, or may
};

// The way through the tables; no pointers, so that it outlives changes of them.
struct Walk {
  bool canonical = true;
  std::vector<paging::LookupStep> steps{};  // from the root on
  std::optional<paging::Mapping> mapping{};
};

// A part of an access that one run of pages serves; by physical address: without a walk.
struct Served {
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint64_t size = 0;
  std::optional<Walk> walk{};
  There there{};
  std::optional<ioremap::CacheMode> mode{};  // of the mapping
  std::string cached{};                      // `uncached-minus`, and what the MTRRs make of it
  bool cache_is_wrong = false;
};

struct Answer {
  enum class Outcome { done, refused, fault } outcome = Outcome::done;
  std::string words{};                     // of the step
  std::string text{};                      // what it came to, one line
  std::optional<std::uint64_t> address{};  // that the step gave: virtual
  std::vector<Served> served{};            // of an access, in order
  std::optional<Walk> fault{};             // the way that ended in one
  Events events{};                         // what the kernel says, and whoever looks on
  std::vector<std::string> models{};  // what of it is a model, not the kernel's own rule to the end
};

struct Answers {
  std::vector<Answer> steps{};               // one a step
  std::vector<std::string> notes{};          // of all
  std::vector<ioremap::Memtype> memtypes{};  // afterwards, in the kernel's order
  bool list_has_ranges = true;               // false: as kernels before 5.6 print the list
  bool pat_enabled = true;                   // false: the kernel has no list of memory types
};

}  // namespace memmap::access
