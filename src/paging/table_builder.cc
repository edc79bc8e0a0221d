#include "paging/table_builder.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::paging {

PhysAddr TableBuilder::map(const MapRange& piece, const NewTable& new_table) {
  if (piece.range.empty()) return piece.range.end();
  const Request request{piece.page_size, new_table};
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
    add(level, first, last);
    counted_.add(level, (last - first) / size);
    return last;
  }

  std::uint64_t mapped_to = end;
  for (std::uint64_t at = base, next = 0; at < end; at = next) {
    const std::uint64_t virt = page_offset_ + at;
    next = at + (size - virt % size);
    const bool has_table = has_table_in(level - 1, at, next);
    if (!has_table && leaf_allowed) {
      add(level, next - size, next);
      counted_.add(level, 1);
      mapped_to = next;
      continue;
    }
    if (!has_table) {
      tables_[level - 1].insert(virt >> entry_shift(level));
      request.new_table(level - 1, VirtAddr{align_down(virt, size)});
    }
    mapped_to = fill(level - 1, at, std::min(end, next), request);
  }
  return mapped_to;
}

bool TableBuilder::has_table_in(unsigned level, std::uint64_t base, std::uint64_t end) const {
  const unsigned shift = entry_shift(level + 1);
  const auto t = tables_[level].lower_bound((page_offset_ + base) >> shift);
  return t != tables_[level].end() && *t < (page_offset_ + end) >> shift;
}

void TableBuilder::add(unsigned level, std::uint64_t base, std::uint64_t end) {
  Runs& runs = leaves_[level];
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
