#include "buddy/zone_allocator.h"

#include <algorithm>

#include "base/align.h"
#include "base/blocks.h"
#include "base/check.h"

namespace memmap::buddy {
namespace {

// Whose pageblocks merge with those of other types. kernel: migratetype_is_mergeable()
bool is_mergeable(MigrateType type) { return type < MigrateType::highatomic; }

}  // namespace

std::optional<Pfn> ZoneAllocator::alloc(unsigned order, MigrateType type, Take take,
                                        Rmqueue& mode) {
  MEMMAP_CHECK(order <= options_.max_page_order, "an order that there are lists for");
  // Half of what is free is CMA's: movable memory comes from there first.
  if (take.cma && lists_.pages(MigrateType::cma) > free_pages() / 2) {
    if (const auto pfn = alloc_smallest(order, MigrateType::cma)) return pfn;
  }
  if (options_.behaviour.fallback_claims_first) return alloc_in_steps(order, type, take, mode);
  if (const auto pfn = alloc_smallest(order, type)) return pfn;
  if (take.cma) {
    if (const auto pfn = alloc_smallest(order, MigrateType::cma)) return pfn;
  }
  if (options_.behaviour.lists_follow_pageblocks) return steal_or_split(order, type, take);
  steal_to_list(order, type, take);
  return alloc_smallest(order, type);
}

// kernel: __rmqueue(), mm/page_alloc.c, v6.18
std::optional<Pfn> ZoneAllocator::alloc_in_steps(unsigned order, MigrateType type, Take take,
                                                 Rmqueue& mode) {
  if (mode == Rmqueue::normal) {
    if (const auto pfn = alloc_smallest(order, type)) return pfn;
  }
  if (mode <= Rmqueue::cma && take.cma) {
    if (const auto pfn = alloc_smallest(order, MigrateType::cma)) {
      mode = Rmqueue::cma;
      return pfn;
    }
  }
  if (mode <= Rmqueue::claim) {
    if (const auto pfn = claim(order, type, take)) {
      mode = Rmqueue::normal;
      return pfn;
    }
  }
  if (!take.may_fragment) return std::nullopt;
  const auto pfn = steal(order, type);
  if (pfn) mode = Rmqueue::steal;
  return pfn;
}

std::optional<Pfn> ZoneAllocator::alloc_smallest(unsigned order, MigrateType type) {
  for (unsigned from = order; from <= options_.max_page_order; ++from) {
    if (const auto pfn = lists_.head(from, type)) return take({*pfn, from, type}, order, type);
  }
  return std::nullopt;
}

// Removes the block and puts what is too much back: upper halves, each at its list's head.
//
//   block     |===============================|   order 3
//   taken     |===|                               order 0
//   put back      |=0=|===1===|=======2=======|
//
// kernel: expand(), mm/page_alloc.c
Pfn ZoneAllocator::take(const Block& block, unsigned order, MigrateType type) {
  lists_.remove(block.pfn, block.order);
  for (unsigned o = block.order; o > order;) {
    --o;
    lists_.add({block.pfn + (1ull << o), o, type}, Place::head);
  }
  return Pfn{block.pfn};
}

bool ZoneAllocator::take_off(Pfn pfn) {
  const auto block = lists_.at(raw(pfn));
  if (!block) return false;
  lists_.remove(block->pfn, block->order);
  std::uint64_t first = block->pfn;
  for (unsigned o = block->order; o-- > 0;) {
    const std::uint64_t half = first + (1ull << o);
    const bool upper = raw(pfn) >= half;
    lists_.add({upper ? first : half, o, block->type}, Place::head);
    if (upper) first = half;
  }
  return true;
}

void ZoneAllocator::free(Pfn pfn, unsigned order, std::optional<Place> place) {
  MEMMAP_DCHECK(!lists_.at(raw(pfn)), "a block that is freed was taken");
  const unsigned piece =
      options_.behaviour.lists_follow_pageblocks ? std::min(order, pageblocks_.order()) : order;
  const std::uint64_t end = raw(pfn) + (1ull << order);
  for (std::uint64_t at = raw(pfn); at < end; at += 1ull << piece) {
    merge(at, piece, pageblocks_.type(at), place);
  }
}

void ZoneAllocator::free_range(Pfn start, Pfn end, std::optional<Place> place) {
  // A block that single pages become is the last page's pageblock's.
  const unsigned most = std::min(options_.max_page_order, pageblocks_.order());
  each_block(raw(start), raw(end), most, [&](unsigned order, std::uint64_t first, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) free(Pfn{first + (i << order)}, order, place);
  });
}

void ZoneAllocator::append(Pfn start, Pfn end) {
  each_block(raw(start), raw(end), options_.max_page_order,
             [&](unsigned order, std::uint64_t first, std::uint64_t count) {
               // A block of the largest order has no buddy to merge with.
               if (order == options_.max_page_order && count > 1) {
                 lists_.append({first, order, pageblocks_.type(first)}, count);
               } else {
                 free(Pfn{first}, order, Place::tail);
               }
             });
}

bool ZoneAllocator::may_merge(MigrateType a, MigrateType b) const {
  if (a == b) return true;
  if (options_.behaviour.buddy_keeps_types_apart) return is_mergeable(a) && is_mergeable(b);
  return a != MigrateType::isolate && b != MigrateType::isolate;
}

void ZoneAllocator::merge(std::uint64_t pfn, unsigned order, MigrateType type,
                          std::optional<Place> place) {
  for (; order < options_.max_page_order; ++order) {
    const std::uint64_t buddy = pfn ^ (1ull << order);
    if (!lists_.is_block(buddy, order)) break;
    const MigrateType other = order >= pageblocks_.order() ? pageblocks_.type(buddy) : type;
    if (!may_merge(type, other)) break;
    lists_.remove(buddy, order);
    if (other != type && options_.behaviour.lists_follow_pageblocks) {
      pageblocks_.set(buddy, buddy + (1ull << order), type);
    }
    pfn &= buddy;
  }
  if (!place) place = merges_soon(pfn, order) ? Place::tail : Place::head;
  lists_.add({pfn, order, type}, *place);
}

// The block that it would be half of has a free buddy: it is kept from being taken soon.
// kernel: buddy_merge_likely(), mm/page_alloc.c
bool ZoneAllocator::merges_soon(std::uint64_t pfn, unsigned order) const {
  if (order + 1 >= options_.max_page_order) return false;
  const std::uint64_t higher = pfn & ~(1ull << order);
  return lists_.is_block(higher ^ (2ull << order), order + 1);
}

bool ZoneAllocator::move_pageblock(Pfn pfn, MigrateType type) {
  const std::uint64_t start = align_down(raw(pfn), pageblocks_.pages());
  const std::uint64_t end = start + pageblocks_.pages();
  if (!spans(end - 1) || (!spans(start) && options_.behaviour.lists_follow_pageblocks)) {
    return false;
  }
  move_free(spans(start) ? start : raw(pfn), end, type);
  pageblocks_.set(start, end, type);
  return true;
}

std::uint64_t ZoneAllocator::move_free(std::uint64_t start, std::uint64_t end, MigrateType type) {
  std::uint64_t moved = 0;
  while (const auto block = lists_.next(start, end)) {
    lists_.remove(block->pfn, block->order);
    lists_.add({block->pfn, block->order, type}, Place::tail);
    moved += 1ull << block->order;
    start = block->pfn + (1ull << block->order);
  }
  return moved;
}

std::uint64_t ZoneAllocator::count_free(std::uint64_t start, std::uint64_t end) const {
  std::uint64_t free = 0;
  while (const auto block = lists_.next(start, end)) {
    free += 1ull << block->order;
    start = block->pfn + (1ull << block->order);
  }
  return free;
}

void ZoneAllocator::change_pageblocks(const Block& block, MigrateType type) {
  pageblocks_.set(block.pfn, block.pfn + (1ull << block.order), type);
}

void ZoneAllocator::boost() {
  const std::uint64_t pageblock = pageblocks_.pages();
  if (!options_.boosts || pageblock * 4 > managed_pages_) return;
  const std::uint64_t most = high_watermark_ * 15000 / 10000;  // watermark_boost_factor
  if (most == 0) return;
  watermark_boost_ = std::min(watermark_boost_ + pageblock, std::max(pageblock, most));
}

}  // namespace memmap::buddy
