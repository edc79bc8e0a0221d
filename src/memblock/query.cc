// Memblock's answers about its lists.
#include <fmt/format.h>

#include <algorithm>

#include "memblock/cap.h"
#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

const Region* region_at(const RegionList& list, PhysAddr addr) {
  const auto p = list.first_ending_above(raw(addr));
  return p != list.end() && list.at(p).range.base() <= addr ? &list.at(p) : nullptr;
}

}  // namespace

bool Memblock::is_memory(PhysAddr addr) const { return region_at(memory_.list, addr) != nullptr; }

bool Memblock::is_map_memory(PhysAddr addr) const {
  const Region* const r = region_at(memory_.list, addr);
  return r != nullptr && (r->flags & kNomap) == 0;
}

bool Memblock::is_reserved(PhysAddr addr) const {
  return region_at(reserved_.list, addr) != nullptr;
}

bool Memblock::is_region_memory(PhysAddr base, std::uint64_t size) const {
  const Region* const r = region_at(memory_.list, base);
  return r != nullptr && raw(r->range.end()) >= raw(base) + cap_size(base, size);
}

bool Memblock::is_region_reserved(PhysAddr base, std::uint64_t size) const {
  return overlaps_region(reserved_, base, size);
}

// An empty range overlaps a region if it lies inside, past the region's first byte.
// kernel: memblock_addrs_overlap(), mm/memblock.c, v6.12
bool Memblock::overlaps_region(const RegionType& type, PhysAddr base, std::uint64_t size) {
  const std::uint64_t end = raw(base) + cap_size(base, size);
  const auto p = type.list.first_ending_above(raw(base));
  return p != type.list.end() && raw(type.list.at(p).range.base()) < end;
}

std::uint64_t Memblock::estimated_nr_free_pages() const {
  return (phys_mem_size() - reserved_size()) >> kPageShift;
}

PhysAddr Memblock::start_of_DRAM() const {
  return memory_.list.empty() ? PhysAddr{} : memory_.list.at(memory_.list.begin()).range.base();
}

PhysAddr Memblock::end_of_DRAM() const {
  return memory_.list.empty() ? PhysAddr{} : memory_.list.at(memory_.list.last()).range.end();
}

// kernel: memblock_search_pfn_nid(), mm/memblock.c, v6.12
std::optional<Memblock::PfnNid> Memblock::search_pfn_nid(Pfn pfn) const {
  const Region* const r = region_at(memory_.list, phys_of(pfn));
  if (r == nullptr) return std::nullopt;
  return PfnNid{pfn_down(r->range.base()), pfn_down(r->range.end()), r->nid};
}

// kernel: memblock_validate_numa_coverage(), mm/memblock.c, v6.12
bool Memblock::validate_numa_coverage(std::uint64_t threshold) {
  std::uint64_t pages = 0;
  const RegionList& list = memory_.list;
  for (auto p = list.begin(); p != list.end(); p = list.next(p)) {
    const Region& r = list.at(p);
    const std::uint64_t from = raw(pfn_up(r.range.base()));
    const std::uint64_t to = raw(pfn_down(r.range.end()));
    if (from < to && (r.nid < 0 || r.nid >= behaviour_.max_numnodes)) pages += to - from;
  }
  if (pages << kPageShift <= threshold) return true;
  event(Severity::warning, "memblock_validate_numa_coverage",
        fmt::format("NUMA: no nodes coverage for {}MB of {}MB RAM", (pages << kPageShift) >> 20,
                    phys_mem_size() >> 20));
  return false;
}

}  // namespace memmap::memblock
