#include "ioremap/memtype.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/address.h"

namespace memmap::ioremap {
namespace {

// kernel: ISA_START_ADDRESS, ISA_END_ADDRESS, arch/x86/include/asm/e820/api.h
constexpr std::uint64_t kIsaStart = 0xa0000;
constexpr std::uint64_t kIsaEnd = 0x100000;
// kernel: __PHYSICAL_MASK, arch/x86/include/asm/page_types.h
constexpr std::uint64_t kPhysicalMask = (std::uint64_t{1} << 52) - 1;

constexpr Rule kReserve{"memtype_reserve", "arch/x86/mm/pat/memtype.c"};
constexpr Rule kReserveRam{"reserve_ram_pages_type", "arch/x86/mm/pat/memtype.c"};
constexpr Rule kFree{"memtype_free", "arch/x86/mm/pat/memtype.c"};
constexpr Rule kConflict{"memtype_check_conflict", "arch/x86/mm/pat/memtype_interval.c"};

// The task that calls: the first, which boots. kernel: current->comm, current->pid
constexpr std::string_view kTask = "swapper:0";

// kernel: `[mem %#010Lx-%#010Lx]`
std::string mem(PhysRange range) {
  return fmt::format("[mem {:#010x}-{:#010x}]", raw(range.base()), raw(range.end()) - 1);
}

void tell(EventSink& sink, Severity severity, const Rule& rule, std::string text, PhysRange range) {
  sink.tell({.severity = severity,
             .step = std::string(rule.function),
             .rule = rule,
             .text = std::move(text),
             .range = range});
}

}  // namespace

bool is_untracked(PhysRange range) {
  return raw(range.base()) >= kIsaStart && raw(range.end()) <= kIsaEnd;
}

bool is_new_memtype_allowed(PhysRange range, CacheMode asked, CacheMode given) {
  if (is_untracked(range)) return true;
  const bool never_write_back =
      asked == CacheMode::uc_minus || asked == CacheMode::wc || asked == CacheMode::wt;
  if (never_write_back && given == CacheMode::wb) return false;
  return !(asked == CacheMode::wt && given == CacheMode::wc);
}

bool Memtypes::page_is_ram(PhysAddr phys) const {
  const auto page =
      PhysRange::make(raw(phys) & ~(kPageSize - 1), (raw(phys) | (kPageSize - 1)) + 1);
  return std::ranges::any_of(ram_, [&](PhysRange ram) { return ram.contains(page); });
}

// What lies below 1 MiB counts as no RAM, and as a hole before what follows. A hole behind the last RAM is not noticed:
//
//   RAM      |====|    |====|      |====|
//   range      |-------------|  |-----|
//   answer        mixed           mixed     (|--| from RAM into a hole: all)
//
// kernel: pat_pagerange_is_ram(), arch/x86/mm/pat/memtype.c; walk_system_ram_range(),
// kernel/resource.c, v6.12
Memtypes::Ram Memtypes::is_ram(PhysRange range) const {
  const std::uint64_t from = std::max(raw(range.base()), kIsaEnd) >> kPageShift;
  const std::uint64_t end = raw(range.end()) >> kPageShift;
  std::uint64_t at = raw(range.base()) >> kPageShift;
  bool any = false;
  for (const PhysRange ram : ram_) {
    const std::uint64_t first = std::max(from, raw(pfn_up(ram.base())));
    const std::uint64_t last = std::min(end, raw(pfn_down(ram.end())));
    if (first >= last) continue;
    if (first > at) return Ram::mixed;
    any = true;
    at = last;
  }
  return any ? Ram::all : Ram::none;
}

Granted Memtypes::reserve(PhysRange range, CacheMode asked, EventSink& sink) {
  const std::uint64_t start = raw(range.base()) & kPhysicalMask;
  const std::uint64_t end = ((raw(range.end()) - 1) & kPhysicalMask) + 1;
  if (start >= end) {
    tell(sink, Severity::warning, kReserve,
         fmt::format("memtype_reserve failed: [mem {:#010x}-{:#010x}], req {}", start, end - 1,
                     cattr_name(asked)),
         range);
    return {.error = kEInval};
  }
  if (!enabled_) return {.type = asked};
  range = PhysRange::make(start, end);
  if (is_untracked(range)) return {.type = CacheMode::wb};
  CacheMode actual = asked;
  // A request for write-back is one for what the MTRRs leave of it.
  if (asked == CacheMode::wb && mtrrs_.look_up(range).type != MtrrType::write_back) {
    actual = CacheMode::uc_minus;
  }
  switch (is_ram(range)) {
    case Ram::all:
      return reserve_ram(range, asked, sink);
    case Ram::mixed:
      return {.error = kEInval};
    case Ram::none:
      break;
  }
  // The type of the first that overlaps is given, if all that do are of that type.
  CacheMode given = actual;
  bool found = false;
  for (const Memtype& e : entries_) {
    if (e.range.base() >= range.end()) break;
    if (!e.range.overlaps(range)) continue;
    if (!found) {
      given = e.type;
      found = true;
      if (debug_) {
        tell(
            sink, Severity::info, kConflict,
            fmt::format("x86/PAT: Overlap at {:#x}-{:#x}", raw(e.range.base()), raw(e.range.end())),
            e.range);
      }
    } else if (e.type != given) {
      tell(sink, Severity::info, kConflict,
           fmt::format("x86/PAT: {} conflicting memory types {:x}-{:x} {}<->{}", kTask,
                       raw(range.base()), raw(range.end()), cattr_name(given), cattr_name(e.type)),
           range);
      tell(sink, Severity::info, kReserve,
           fmt::format("x86/PAT: memtype_reserve failed {}, track {}, req {}", mem(range),
                       cattr_name(actual), cattr_name(asked)),
           range);
      return {.error = kEBusy};
    }
  }
  const auto at = std::ranges::upper_bound(entries_, range.base(), {},
                                           [](const Memtype& e) { return e.range.base(); });
  entries_.insert(at, {range, given});
  if (debug_) {
    tell(sink, Severity::info, kReserve,
         fmt::format("x86/PAT: memtype_reserve added {}, track {}, req {}, ret {}", mem(range),
                     cattr_name(given), cattr_name(asked), cattr_name(given)),
         range);
  }
  return {.type = given};
}

// kernel: reserve_ram_pages_type(), arch/x86/mm/pat/memtype.c, v6.12
Granted Memtypes::reserve_ram(PhysRange range, CacheMode asked, EventSink& sink) {
  if (asked == CacheMode::wp) return {.error = kEInval};
  if (asked == CacheMode::uc) {
    if (!warned_of_uc_) {
      warned_of_uc_ = true;
      tell(sink, Severity::warning, kReserveRam,
           "WARNING: at arch/x86/mm/pat/memtype.c reserve_ram_pages_type", range);
    }
    asked = CacheMode::uc_minus;
  }
  for (const auto& [base, run] : ram_types_) {
    if (!run.range.overlaps(range)) continue;
    tell(sink, Severity::info, kReserveRam,
         fmt::format("x86/PAT: reserve_ram_pages_type failed {}, track {:#x}, req {:#x}",
                     mem(range), static_cast<unsigned>(run.type), static_cast<unsigned>(asked)),
         range);
    return {.error = kEBusy};
  }
  set_ram_type(range, asked);
  return {.type = asked};
}

void Memtypes::set_ram_type(PhysRange range, CacheMode type) {
  std::vector<Memtype> kept;
  std::erase_if(ram_types_, [&](const auto& item) {
    const Memtype& run = item.second;
    if (!run.range.overlaps(range)) return false;
    if (run.range.base() < range.base()) {
      kept.push_back({PhysRange::make(raw(run.range.base()), raw(range.base())), run.type});
    }
    if (range.end() < run.range.end()) {
      kept.push_back({PhysRange::make(raw(range.end()), raw(run.range.end())), run.type});
    }
    return true;
  });
  if (type != CacheMode::wb) kept.push_back({range, type});
  for (const Memtype& run : kept) ram_types_.emplace(run.range.base(), run);
}

void Memtypes::free(PhysRange range, EventSink& sink) {
  if (!enabled_ || is_untracked(range)) return;
  switch (is_ram(range)) {
    case Ram::all:
      set_ram_type(range, CacheMode::wb);
      return;
    case Ram::mixed:
      return;
    case Ram::none:
      break;
  }
  // The request itself, else one that ends there and gives its end away.
  auto found = std::ranges::find(entries_, range, &Memtype::range);
  if (found != entries_.end()) {
    entries_.erase(found);
  } else {
    found = std::ranges::find_if(entries_, [&](const Memtype& e) {
      return e.range.base() < range.base() && e.range.end() == range.end();
    });
    if (found == entries_.end()) {
      tell(sink, Severity::info, kFree,
           fmt::format("x86/PAT: {} freeing invalid memtype {}", kTask, mem(range)), range);
      return;
    }
    found->range = PhysRange::make(raw(found->range.base()), raw(range.base()));
  }
  if (debug_) {
    tell(sink, Severity::info, kFree, fmt::format("x86/PAT: memtype_free request {}", mem(range)),
         range);
  }
}

}  // namespace memmap::ioremap
