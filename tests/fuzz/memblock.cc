// A sequence of memblock operations: whatever they are, the lists stay sorted and disjoint, totals
// hold, and an allocation is memory that was free. Input: switches, then 18 bytes an operation:
// kind, node and flags, base, size.
#include "memblock/memblock.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "fuzz/target.h"
#include "memblock/iterate.h"

namespace {

using memmap::PhysAddr;
using memmap::raw;
using namespace memmap::memblock;

void check_list(const RegionType& type) {
  std::uint64_t end = 0;
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  for (auto p = type.list.begin(); p != type.list.end(); p = type.list.next(p), ++count) {
    const memmap::PhysRange r = type.list.at(p).range;
    MEMMAP_CHECK(!r.empty() && raw(r.base()) >= end, "regions out of order");
    end = raw(r.end());
    bytes += r.size();
  }
  MEMMAP_CHECK(count == type.list.size() && bytes == type.list.bytes(), "totals");
}

void check_granted(const Memblock& mb, const RegionType& reserved, std::optional<PhysAddr> at,
                   std::uint64_t size) {
  if (!at || size == 0) return;
  MEMMAP_CHECK(mb.is_region_memory(*at, size), "granted what is no memory");
  MEMMAP_CHECK(!Memblock::overlaps_region(reserved, *at, size), "granted what was reserved");
  MEMMAP_CHECK(mb.is_reserved(*at), "granted without reserving");
}

void operate(Memblock& mb, std::uint8_t kind, std::uint8_t extra, std::uint64_t base,
             std::uint64_t size) {
  const PhysAddr at{base};
  const int nid = extra % 7 - 1;
  const std::uint64_t align = 1ull << extra % 48;
  const auto flags = static_cast<std::uint32_t>(extra >> 3);
  switch (kind % 20) {
    case 0:
      mb.add(at, size);
      return;
    case 1:
      mb.add_node(at, size, nid, flags);
      return;
    case 2:
      mb.remove(at, size);
      return;
    case 3:
      mb.reserve(at, size);
      return;
    case 4:
      mb.phys_free(at, size);
      return;
    case 5:
      mb.mark_hotplug(at, size);
      return;
    case 6:
      mb.mark_mirror(at, size);
      return;
    case 7:
      mb.mark_nomap(at, size);
      return;
    case 8:
      mb.clear_nomap(at, size);
      return;
    case 9:
      mb.reserved_mark_noinit(at, size);
      return;
    case 10:
      mb.set_node(at, size, nid);
      return;
    case 11:
      mb.set_reserved_node(at, size, nid);
      return;
    case 12:
      mb.trim_memory(align);
      return;
    case 13:
      mb.cap_memory_range(at, size);
      return;
    case 14:
      mb.enforce_memory_limit(size);
      return;
    case 15:
      mb.set_current_limit(at);
      return;
    case 16:
      mb.set_bottom_up(extra % 2 == 0);
      return;
    case 17:
      mb.prepare_free_all();
      return;
    case 18: {
      const RegionType before = mb.reserved();
      check_granted(mb, before, mb.alloc_try_nid(size, align, at, kAllocAnywhere, nid), size);
      return;
    }
    default: {
      const RegionType before = mb.reserved();
      check_granted(mb, before, mb.phys_alloc_range(size, align, at, kAllocAccessible), size);
    }
  }
}

}  // namespace

FUZZ_TARGET(memblock)(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t switches = *data;
  const memmap::kernel::Version version{6, switches % 2 == 0 ? 12u : 1u, 0};
  // Small arrays, so that they grow.
  Memblock mb(memmap::kernel::behaviour_of(version, 2),
              Options{.init_memory_regions = 4,
                      .init_reserved_regions = 4,
                      .movable_node = (switches & 2) != 0,
                      .mirrored_kernelcore = (switches & 4) != 0});
  if ((switches & 8) == 0) mb.allow_resize();
  constexpr std::size_t kOperation = 18;
  for (++data, --size; size >= kOperation && !mb.panicked();
       data += kOperation, size -= kOperation) {
    std::uint64_t base = 0;
    std::uint64_t bytes = 0;
    std::memcpy(&base, data + 2, sizeof base);
    std::memcpy(&bytes, data + 10, sizeof bytes);
    operate(mb, data[0], data[1], base, bytes);
    check_list(mb.memory());
    check_list(mb.reserved());
    free_mem_ranges(mb);
    mem_pfn_ranges(mb);
  }
  return 0;
}
