#include "paging/address_space.h"

#include <algorithm>
#include <array>
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

// The whole pages that `run` has below `start`, and above `last`; nullopt: none.
std::optional<Mapping> front_of(const Mapping& run, std::uint64_t start) {
  const std::uint64_t pages = start > raw(run.virt) ? (start - raw(run.virt)) / run.page_size : 0;
  return pages == 0 ? std::nullopt : std::optional(piece_of(run, 0, pages));
}
std::optional<Mapping> rest_of(const Mapping& run, std::uint64_t last) {
  if (last >= last_of(run)) return std::nullopt;
  const std::uint64_t gone = (last - raw(run.virt)) / run.page_size + 1;
  return gone == run.pages ? std::nullopt : std::optional(piece_of(run, gone, run.pages - gone));
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

// One piece of the list is replaced by another, so that what lies behind moves once at most.
void AddressSpace::map(const Mapping& run) {
  if (run.pages == 0) return;
  const std::uint64_t start = raw(run.virt);
  const std::uint64_t last = last_of(run);
  const std::size_t hint = behind_last_;
  const bool is_there = hint <= runs_.size() && (hint == 0 || last_of(runs_[hint - 1]) < start) &&
                        (hint == runs_.size() || last_of(runs_[hint]) >= start);
  auto from =
      is_there ? runs_.cbegin() + static_cast<std::ptrdiff_t>(hint) : first_above(runs_, start);
  auto to = from;
  while (to != runs_.cend() && raw(to->virt) <= last) ++to;

  // What stays of the runs at both ends; where nothing does, the neighbour that goes on.
  std::optional<Mapping> before;
  std::optional<Mapping> behind;
  if (from != to) {
    before = front_of(*from, start);
    behind = rest_of(*std::prev(to), last);
  }
  if (!before && from != runs_.cbegin() && std::prev(from)->joins(run)) before = *--from;
  if (!behind && to != runs_.cend() && run.joins(*to)) behind = *to++;

  std::array<Mapping, 3> pieces;
  std::size_t count = 0;
  const auto add = [&](const Mapping& piece) {
    if (count != 0 && pieces[count - 1].joins(piece)) {
      pieces[count - 1].pages += piece.pages;
    } else {
      pieces[count++] = piece;
    }
  };
  if (before) add(*before);
  add(run);
  behind_last_ = static_cast<std::size_t>(from - runs_.cbegin()) + count;
  if (behind) add(*behind);
  const auto old = static_cast<std::size_t>(to - from);
  auto at = runs_.begin() + (from - runs_.cbegin());
  const std::size_t replaced = std::min(old, count);
  at = std::copy_n(pieces.begin(), replaced, at);
  if (old > count) runs_.erase(at, at + static_cast<std::ptrdiff_t>(old - count));
  if (old < count) runs_.insert(at, pieces.begin() + replaced, pieces.begin() + count);
}

void AddressSpace::unmap(VirtAddr virt, std::uint64_t size) {
  if (size == 0) return;
  const std::uint64_t start = raw(virt);
  const std::uint64_t last = start + size - 1;
  const auto from = first_above(runs_, start);
  auto to = from;
  Mappings kept;
  for (; to != runs_.cend() && raw(to->virt) <= last; ++to) {
    if (const auto front = front_of(*to, start)) kept.push_back(*front);
    if (const auto rest = rest_of(*to, last)) kept.push_back(*rest);
  }
  if (from == to) return;
  runs_.insert(runs_.erase(from, to), kept.begin(), kept.end());
}

const Mapping* AddressSpace::find(VirtAddr virt) const {
  const auto run = first_above(runs_, raw(virt));
  return run == runs_.end() || run->virt > virt ? nullptr : &*run;
}

}  // namespace memmap::paging
