// Where a request goes when its own migrate type has nothing left in a zone.
#include <algorithm>
#include <array>

#include "base/align.h"
#include "buddy/zone_allocator.h"

namespace memmap::buddy {
namespace {

// The types whose blocks a type may take, in that order. kernel: fallbacks[], mm/page_alloc.c
constexpr std::array<std::array<MigrateType, 2>, 3> kFallbacks = {{
    {MigrateType::reclaimable, MigrateType::movable},    // of unmovable
    {MigrateType::reclaimable, MigrateType::unmovable},  // of movable
    {MigrateType::unmovable, MigrateType::movable},      // of reclaimable
}};

}  // namespace

// Movable pages do no lasting harm in other types' pageblocks; the others make them their own.
// kernel: can_steal_fallback(), mm/page_alloc.c, v6.12
bool ZoneAllocator::may_claim(unsigned order, MigrateType type) const {
  return order >= pageblocks_.order() / 2 || type != MigrateType::movable ||
         !options_.mobility_grouping;
}

// kernel: find_suitable_fallback(), mm/page_alloc.c, v6.12
std::optional<ZoneAllocator::Fallback> ZoneAllocator::fallback_at(unsigned order,
                                                                  MigrateType type) const {
  const auto index = static_cast<std::size_t>(type);
  if (index >= kFallbacks.size()) return std::nullopt;
  for (const MigrateType other : kFallbacks[index]) {
    if (const auto pfn = lists_.head(order, other)) {
      return Fallback{{*pfn, order, other}, may_claim(order, type)};
    }
  }
  return std::nullopt;
}

// The largest block of another type, which stands for the pageblock with the most free pages; the
// smallest where its pageblock cannot be claimed and movable pages are asked for.
// kernel: __rmqueue_fallback(), mm/page_alloc.c, v6.1
std::optional<ZoneAllocator::Fallback> ZoneAllocator::find_fallback(unsigned order,
                                                                    MigrateType type,
                                                                    Take take) const {
  const unsigned least = take.may_fragment ? order : std::max(order, pageblocks_.order());
  for (unsigned o = options_.max_page_order + 1; o-- > least;) {
    const auto found = fallback_at(o, type);
    if (!found) continue;
    if (found->whole) return found;
    for (unsigned small = order;; ++small) {
      if (const auto smallest = fallback_at(small, type)) return smallest;  // at `o` at last
    }
  }
  return std::nullopt;
}

// Half a pageblock is free or, for all that is known, of a like use: what is in use in a movable
// pageblock is not movable, as no process has pages yet.
bool ZoneAllocator::worth_claiming(std::uint64_t free, MigrateType type,
                                   MigrateType old_type) const {
  const bool alike = type != MigrateType::movable && old_type == MigrateType::movable;
  const std::uint64_t of_use = alike ? pageblocks_.pages() : free;
  return of_use >= pageblocks_.pages() / 2 || !options_.mobility_grouping;
}

// kernel: steal_suitable_fallback(), mm/page_alloc.c, v6.1
void ZoneAllocator::steal_to_list(unsigned order, MigrateType type, Take take) {
  const auto found = find_fallback(order, type, take);
  if (!found) return;
  const Block& block = found->block;
  const MigrateType old_type = pageblocks_.type(block.pfn);
  const auto move_alone = [&] {
    lists_.remove(block.pfn, block.order);
    lists_.add({block.pfn, block.order, type}, Place::tail);
  };
  if (old_type == MigrateType::highatomic) {
    move_alone();
    return;
  }
  if (block.order >= pageblocks_.order()) {
    change_pageblocks(block, type);
    move_alone();
    return;
  }
  boost();
  const std::uint64_t start = align_down(block.pfn, pageblocks_.pages());
  const std::uint64_t end = start + pageblocks_.pages();
  const std::uint64_t moved =
      found->whole && spans(end - 1) ? move_free(spans(start) ? start : block.pfn, end, type) : 0;
  if (moved == 0) {
    move_alone();
  } else if (worth_claiming(moved, type, old_type)) {
    pageblocks_.set(start, end, type);
  }
}

// kernel: try_to_steal_block(), mm/page_alloc.c, v6.12; try_to_claim_block(), v7.2
std::optional<Pfn> ZoneAllocator::claim_block(const Block& block, unsigned order,
                                              MigrateType type) {
  const MigrateType old_type = pageblocks_.type(block.pfn);
  if (old_type == MigrateType::highatomic) return std::nullopt;
  if (block.order >= pageblocks_.order()) {
    change_pageblocks(block, type);
    return take(block, order, type);
  }
  boost();
  const std::uint64_t start = align_down(block.pfn, pageblocks_.pages());
  const std::uint64_t end = start + pageblocks_.pages();
  if (!spans(start) || !spans(end - 1)) return std::nullopt;
  if (!worth_claiming(count_free(start, end), type, old_type)) return std::nullopt;
  move_free(start, end, type);
  pageblocks_.set(start, end, type);
  return alloc_smallest(order, type);
}

// kernel: __rmqueue_fallback(), steal_suitable_fallback(), mm/page_alloc.c, v6.10
std::optional<Pfn> ZoneAllocator::steal_or_split(unsigned order, MigrateType type, Take how) {
  const auto found = find_fallback(order, type, how);
  if (!found) return std::nullopt;
  const Block& block = found->block;
  if (found->whole) {
    if (const auto pfn = claim_block(block, order, type)) return pfn;
  } else {
    boost();
  }
  return take(block, order, block.type);
}

// kernel: __rmqueue_claim(), mm/page_alloc.c, v7.2
std::optional<Pfn> ZoneAllocator::claim(unsigned order, MigrateType type, Take take) {
  const unsigned least = take.may_fragment ? order : std::max(order, pageblocks_.order());
  for (unsigned o = options_.max_page_order + 1; o-- > least;) {
    const auto found = fallback_at(o, type);
    if (!found) continue;
    if (!found->whole) break;
    if (const auto pfn = claim_block(found->block, order, type)) return pfn;
  }
  return std::nullopt;
}

// kernel: __rmqueue_steal(), mm/page_alloc.c, v7.2
std::optional<Pfn> ZoneAllocator::steal(unsigned order, MigrateType type) {
  for (unsigned o = order; o <= options_.max_page_order; ++o) {
    if (const auto found = fallback_at(o, type)) {
      return take(found->block, order, found->block.type);
    }
  }
  return std::nullopt;
}

}  // namespace memmap::buddy
