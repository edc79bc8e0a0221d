#include "paging/table_builder.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::paging {

PhysAddr TableBuilder::map(const MapRange& piece, const NewTables& new_tables) {
  if (piece.range.empty()) return piece.range.end();
  const Request request{piece.page_size, new_tables};
  return PhysAddr{fill(levels_, raw(piece.range.base()), raw(piece.range.end()), request)};
}

// Fills the entries that translate [base, end) in tables of one level, as phys_pud_init() and its
// like do. Entries begin at multiples of their size of virtual addresses.
std::uint64_t TableBuilder::fill(unsigned level, std::uint64_t base, std::uint64_t end,
                                 const Request& request) {
  const std::uint64_t size = entry_size(level);
  // No page is larger than what a later request allows there: that depends on the memory around it
  // alone (split_mem_range()). So what is mapped already is mapped alike, and kept.
  const bool leaf_allowed = size <= request.page_size;
  const std::uint64_t first = align_down(base, size);
  const std::uint64_t last = align_up(end, size);
  // Where no table is in the way all is done at once; entry by entry would give the same.
  if (leaf_allowed && !has_table_in(level - 1, first, last)) {
    add_leaves(level, first, last);
    return last;
  }

  std::uint64_t mapped_to = end;
  for (std::uint64_t at = base, next = 0; at < end; at = next) {
    const std::uint64_t virt = page_offset_ + at;
    next = at + (size - virt % size);
    const bool has_table = has_table_in(level - 1, at, next);
    if (!has_table && leaf_allowed) {
      add_leaves(level, next - size, next);
      mapped_to = next;
      continue;
    }
    if (!has_table) {
      // Where no table is in the way and pages come below, the entries up to the end are alike.
      const std::uint64_t all = align_up(page_offset_ + end, size) - page_offset_;
      const bool alike =
          entry_size(level - 1) <= request.page_size && !has_table_in(level - 1, at, all);
      if (alike) next = all;
      add_tables(level - 1, at, next, request);
    }
    mapped_to = fill(level - 1, at, std::min(end, next), request);
  }
  return mapped_to;
}

bool TableBuilder::has_table_in(unsigned level, std::uint64_t base, std::uint64_t end) const {
  const unsigned shift = entry_shift(level + 1);
  // The first run that ends above the first of these.
  const std::uint64_t first = (page_offset_ + base) >> shift;
  auto t = tables_[level].upper_bound(first);
  if (t != tables_[level].begin() && std::prev(t)->second > first) --t;
  return t != tables_[level].end() && t->first < (page_offset_ + end) >> shift;
}

void TableBuilder::add_tables(unsigned level, std::uint64_t base, std::uint64_t end,
                              const Request& request) {
  const unsigned shift = entry_shift(level + 1);
  const std::uint64_t first = (page_offset_ + base) >> shift;
  const std::uint64_t last = (page_offset_ + end) >> shift;
  add_run(tables_[level], first, last);
  request.new_tables(level, VirtAddr{first << shift}, last - first);
}

void TableBuilder::add_leaves(unsigned level, std::uint64_t base, std::uint64_t end) {
  add_run(leaves_[level], base, end);
  counted_.add(level, (end - base) / entry_size(level));
}

void TableBuilder::add_run(Runs& runs, std::uint64_t base, std::uint64_t end) {
  auto r = runs.upper_bound(base);
  if (r != runs.begin() && std::prev(r)->second >= base) {
    --r;
    base = r->first;
  }
  while (r != runs.end() && r->first <= end) {
    end = std::max(end, r->second);
    r = runs.erase(r);
  }
  runs.emplace(base, end);
}

Mappings TableBuilder::mappings(std::uint32_t flags) const {
  Mappings all;
  for (unsigned level = 1; level <= 3; ++level) {
    const std::uint64_t size = entry_size(level);
    for (const auto& [base, end] : leaves_[level]) {
      all.push_back(
          {VirtAddr{page_offset_ + base}, PhysAddr{base}, size, (end - base) / size, flags});
    }
  }
  std::ranges::sort(all, {}, &Mapping::virt);
  return all;
}

}  // namespace memmap::paging
