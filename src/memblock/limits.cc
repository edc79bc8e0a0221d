// Cutting memory: alignment, mem= and caps.
#include <algorithm>

#include "base/align.h"
#include "memblock/cap.h"
#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = ~0ull;

// Where the first `limit` bytes of memory end. nullopt: there is less memory, or they end at 2^64 -
// 1.
// kernel: __find_max_addr(), mm/memblock.c, v6.12
std::optional<PhysAddr> find_max_addr(const RegionList& memory, std::uint64_t limit) {
  for (auto p = memory.begin(); p != memory.end(); p = memory.next(p)) {
    const PhysRange range = memory.at(p).range;
    if (limit <= range.size()) {
      const std::uint64_t addr = raw(range.base()) + limit;
      return addr == kMax ? std::nullopt : std::optional(PhysAddr{addr});
    }
    limit -= range.size();
  }
  return std::nullopt;
}

}  // namespace

// As in the kernel, total_size keeps the bytes that are cut off a region that stays.
// kernel: memblock_trim_memory(), mm/memblock.c, v6.12
void Memblock::trim_memory(std::uint64_t align) {
  if (panicked_) return;
  RegionList& list = memory_.list;
  for (auto p = list.begin(); p != list.end();) {
    Region r = list.at(p);
    const std::uint64_t base = align_up(raw(r.range.base()), align);
    const std::uint64_t end = align_down(raw(r.range.end()), align);
    // In the last block of the address space the kernel's rounding wraps and breaks its list; here
    // the region goes.
    if (base >= raw(r.range.base()) && base < end) {
      r.range = PhysRange::make(base, end);
      list.replace(p, r);
      p = list.next(p);
      continue;
    }
    const std::uint64_t size = r.range.size();
    p = list.erase(p);
    count_removed(memory_, size);
  }
}

// kernel: memblock_cap_memory_range(), mm/memblock.c, v6.12
void Memblock::cap_memory_range(PhysAddr base, std::uint64_t size) {
  if (size == 0 || panicked_) return;
  if (memory_.total_size == 0) {
    event(Severity::warning, "memblock_cap_memory_range",
          "memblock_cap_memory_range: No memory registered yet");
    return;
  }
  Span span;
  if (!isolate_range(memory_, base, size, span)) return;
  RegionList& list = memory_.list;
  if (list.empty() && behaviour_.memblock_empty_dummy) warn_emptied(memory_);  // removes the dummy
  Regions kept;
  std::uint64_t removed = 0;
  for (const Region& r : list.regions()) {
    const bool inside = raw(r.range.base()) >= span.base && raw(r.range.end()) <= span.end;
    if (inside || (r.flags & kNomap) != 0) {
      kept.push_back(r);
    } else {
      removed += r.range.size();
    }
  }
  list.assign(kept);
  count_removed(memory_, removed);
  // A nomap region that crosses the cap is now two, which the kernel leaves.
  memory_.loose = true;
  remove_range(reserved_, PhysAddr{}, raw(base));
  remove_range(reserved_, PhysAddr{raw(base) + size}, kMax);
}

// kernel: memblock_mem_limit_remove_map(), mm/memblock.c, v6.12
void Memblock::mem_limit_remove_map(std::uint64_t limit) {
  if (limit == 0) return;
  const auto max_addr = find_max_addr(memory_.list, limit);
  if (max_addr) cap_memory_range(PhysAddr{}, raw(*max_addr));
}

// kernel: memblock_enforce_memory_limit(), mm/memblock.c, v6.12
void Memblock::enforce_memory_limit(std::uint64_t limit) {
  if (limit == 0) return;
  const auto max_addr = find_max_addr(memory_.list, limit);
  if (!max_addr) return;
  remove_range(memory_, *max_addr, kMax);
  remove_range(reserved_, *max_addr, kMax);
}

}  // namespace memmap::memblock
