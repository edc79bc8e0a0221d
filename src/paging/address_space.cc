#include "paging/address_space.h"

#include <algorithm>
#include <iterator>

#include "base/align.h"
#include "base/check.h"

namespace memmap::paging {
namespace {

// The last byte, since the end of the highest run is no address.
std::uint64_t last_of(const Mapping& m) { return raw(m.virt) + m.bytes() - 1; }

// `pages` of the run's pages, from number `from` on.
Mapping piece_of(const Mapping& run, std::uint64_t from, std::uint64_t pages) {
  Mapping piece = run;
  piece.virt = VirtAddr{raw(run.virt) + from * run.page_size};
  piece.phys = PhysAddr{raw(run.phys) + from * run.page_size};
  piece.pages = pages;
  return piece;
}

// The first run that ends above `virt`.
Mappings::const_iterator first_above(const Mappings& runs, std::uint64_t virt) {
  return std::ranges::lower_bound(runs, virt, {}, last_of);
}

}  // namespace

AddressSpace::AddressSpace(unsigned levels, Bases bases, TablePage root)
    : levels_(levels), bases_(bases), tables_{TableRuns(0), TableRuns(1), TableRuns(2),
                                              TableRuns(3), TableRuns(4), TableRuns(5)} {
  MEMMAP_CHECK(levels == 4 || levels == 5, "levels of page tables");
  tables_[levels].add(VirtAddr{0}, root);
}

std::optional<TablePage> AddressSpace::table(unsigned level, VirtAddr virt) const {
  return tables_[level].find(level == levels_ ? VirtAddr{0} : virt);
}

bool AddressSpace::add_table(unsigned level, VirtAddr virt, TablePage page) {
  MEMMAP_CHECK(level >= 1 && level < levels_, "a level of tables below the root");
  return tables_[level].add(virt, page);
}

void AddressSpace::remove_table(unsigned level, VirtAddr virt) {
  MEMMAP_CHECK(level >= 1 && level < levels_, "a level of tables below the root");
  tables_[level].remove(virt);
}

void AddressSpace::map(const Mapping& run) {
  if (run.pages == 0) return;
  auto next = first_above(runs_, raw(run.virt));
  if (next != runs_.cend() && raw(next->virt) <= last_of(run)) {
    unmap(run.virt, run.bytes());
    next = first_above(runs_, raw(run.virt));
  }
  auto at = runs_.begin() + (next - runs_.cbegin());
  const bool before = at != runs_.begin() && std::prev(at)->joins(run);
  const bool behind = at != runs_.end() && run.joins(*at);
  if (before && behind) {
    std::prev(at)->pages += run.pages + at->pages;
    runs_.erase(at);
  } else if (before) {
    std::prev(at)->pages += run.pages;
  } else if (behind) {
    at->virt = run.virt;
    at->phys = run.phys;
    at->pages += run.pages;
  } else {
    runs_.insert(at, run);
  }
}

void AddressSpace::unmap(VirtAddr virt, std::uint64_t size) {
  if (size == 0) return;
  const std::uint64_t start = raw(virt);
  const std::uint64_t last = start + size - 1;
  const auto from = first_above(runs_, start);
  auto to = from;
  Mappings kept;
  for (; to != runs_.cend() && raw(to->virt) <= last; ++to) {
    const std::uint64_t pages_before =
        start > raw(to->virt) ? (start - raw(to->virt)) / to->page_size : 0;
    if (pages_before != 0) kept.push_back(piece_of(*to, 0, pages_before));
    const std::uint64_t gone =
        last < last_of(*to) ? (last - raw(to->virt)) / to->page_size + 1 : to->pages;
    if (gone < to->pages) kept.push_back(piece_of(*to, gone, to->pages - gone));
  }
  if (from == to) return;
  runs_.insert(runs_.erase(from, to), kept.begin(), kept.end());
}

const Mapping* AddressSpace::find(VirtAddr virt) const {
  const auto run = first_above(runs_, raw(virt));
  return run == runs_.end() || run->virt > virt ? nullptr : &*run;
}

}  // namespace memmap::paging
