// The kernel's list of memory types: which physical addresses that are no RAM are mapped how, so that
// no two mappings of one page are cached differently; and the types of RAM's pages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "ioremap/cache_mode.h"
#include "ioremap/mtrr_map.h"

namespace memmap::ioremap {

// A request that was granted. Several may overlap; they are of one type then.
struct Memtype {
  PhysRange range{};
  CacheMode type = CacheMode::wb;
  friend bool operator==(const Memtype&, const Memtype&) = default;
};

// Whether a mapping that was asked for as `asked` may be made as `given`.
// kernel: is_new_memtype_allowed(), arch/x86/include/asm/pgtable.h, v6.12
bool is_new_memtype_allowed(PhysRange range, CacheMode asked, CacheMode given);

// Below 1 MiB, from 640 KiB on: mapped write-back, and never tracked.
// kernel: is_ISA_range(), arch/x86/include/asm/e820/api.h
bool is_untracked(PhysRange range);

// What a request came to.
struct Granted {
  int error = 0;  // -EBUSY, -EINVAL; 0: granted
  CacheMode type = CacheMode::wb;

  explicit operator bool() const { return error == 0; }
};
inline constexpr int kEBusy = -16;
inline constexpr int kEInval = -22;

class Memtypes {
 public:
  // `system_ram`: the busy resources of RAM, ascending, disjoint. `enabled`: PAT is. `debug`: debugpat,
  // under which each call is told.
  Memtypes(bool enabled, bool debug, std::vector<PhysRange> system_ram, MtrrMap mtrrs)
      : enabled_(enabled), debug_(debug), ram_(std::move(system_ram)), mtrrs_(std::move(mtrrs)) {}

  // The type that is granted is the one asked for, or that of what overlaps. Where the kernel refuses,
  // it has told why, if it tells. `range` is not empty, and of whole pages.
  // kernel: memtype_reserve(), arch/x86/mm/pat/memtype.c; memtype_check_insert(), memtype_interval.c,
  // v6.12
  Granted reserve(PhysRange range, CacheMode asked, EventSink& sink);
  // Takes a request back; one that nobody made is told of.
  // kernel: memtype_free(), memtype_erase()
  void free(PhysRange range, EventSink& sink);

  // As /sys/kernel/debug/x86/pat_memtype_list lists them: by start, the earlier of equals first.
  const std::vector<Memtype>& entries() const { return entries_; }
  // Runs of RAM's pages that are not write-back, by first address.
  const std::map<PhysAddr, Memtype>& ram_types() const { return ram_types_; }

  const MtrrMap& mtrrs() const { return mtrrs_; }
  // Whether the page at `phys` is all RAM. kernel: page_is_ram(), kernel/resource.c, v6.12
  bool page_is_ram(PhysAddr phys) const;

 private:
  enum class Ram { none, all, mixed };
  Ram is_ram(PhysRange range) const;
  Granted reserve_ram(PhysRange range, CacheMode asked, EventSink& sink);
  void set_ram_type(PhysRange range, CacheMode type);

  bool enabled_;
  bool debug_;
  bool warned_of_uc_ = false;
  std::vector<PhysRange> ram_;
  MtrrMap mtrrs_;
  std::vector<Memtype> entries_{};
  std::map<PhysAddr, Memtype> ram_types_{};  // disjoint
};

}  // namespace memmap::ioremap
