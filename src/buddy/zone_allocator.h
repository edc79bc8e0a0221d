// One zone's page allocator: what a request takes of its free lists, and what a free puts back.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/address.h"
#include "buddy/free_lists.h"
#include "buddy/pageblocks.h"
#include "kernel/behaviour.h"

namespace memmap::buddy {

struct ZoneOptions {
  Pfn start_pfn{};
  std::uint64_t spanned_pages = 0;
  unsigned max_page_order = 10;  // MAX_PAGE_ORDER, 0 to kMaxOrder
  // page_group_by_mobility_disabled: fewer pages than a pageblock for each type.
  bool mobility_grouping = true;
  bool boosts = true;  // watermark_boost_factor is not 0, and this is no crash kernel
  kernel::Behaviour behaviour{};
};

// How a request may be served beside its own type's lists. kernel: ALLOC_CMA, ALLOC_NOFRAGMENT
struct Take {
  bool cma = false;          // movable memory may come out of CMA areas
  bool may_fragment = true;  // other types' blocks may be taken that are smaller than a pageblock
};

// Where a request that takes several blocks in a row looks first for the next.
// kernel: enum rmqueue_mode, mm/page_alloc.c, v6.18
enum class Rmqueue { normal, cma, claim, steal };

// Free lists and pageblock types, changed as the kernel changes them under zone->lock. No page is in
// use by a process yet, so that none counts as movable. Each call takes O(log(runs)) time, a
// pageblock that changes its type O(its free blocks).
class ZoneAllocator {
 public:
  ZoneAllocator(FreeLists lists, PageblockTypes pageblocks, const ZoneOptions& options)
      : lists_(std::move(lists)), pageblocks_(std::move(pageblocks)), options_(options) {}

  // A block of 2^order pages; nothing where the zone has none for that type.
  // kernel: __rmqueue(), mm/page_alloc.c, v6.12
  std::optional<Pfn> alloc(unsigned order, MigrateType type, Take take) {
    Rmqueue mode = Rmqueue::normal;
    return alloc(order, type, take, mode);
  }
  // As one of several in a row; `mode` is normal for the first of them, then as the last left it.
  std::optional<Pfn> alloc(unsigned order, MigrateType type, Take take, Rmqueue& mode);
  // The first block of that type's lists alone, split as it must be. kernel: __rmqueue_smallest()
  std::optional<Pfn> alloc_smallest(unsigned order, MigrateType type);

  // That page, out of the free block that has it; the halves that are left go to the heads. False:
  // it is not free. kernel: take_page_off_buddy(), mm/page_alloc.c
  bool take_off(Pfn pfn);

  // Puts a block back and merges it with its buddies. To the tail where `place` says so, else where
  // the kernel guesses that it will merge soon.
  // kernel: free_one_page(), __free_one_page(), mm/page_alloc.c, v6.12
  void free(Pfn pfn, unsigned order, std::optional<Place> place = std::nullopt);
  // Page by page, ascending, at the cost of the blocks that they become.
  void free_range(Pfn start, Pfn end, std::optional<Place> place = std::nullopt);
  // To the tails, in the largest blocks: pageblocks of one type that were not free before.
  void append(Pfn start, Pfn end);
  // Once more, with the type that the caller remembers. kernel: free_pcppages_bulk(), v6.1
  void free_as(Pfn pfn, unsigned order, MigrateType type) {
    merge(raw(pfn), order, type, std::nullopt);
  }

  // Gives the pageblock that `pfn` is in, with its free pages, to `type`. False: it reaches beyond
  // the zone. kernel: move_freepages_block(), set_pageblock_migratetype()
  bool move_pageblock(Pfn pfn, MigrateType type);

  const FreeLists& lists() const { return lists_; }
  PageblockTypes& pageblocks() { return pageblocks_; }
  const PageblockTypes& pageblocks() const { return pageblocks_; }
  const ZoneOptions& options() const { return options_; }
  // Without what is isolated. kernel: NR_FREE_PAGES
  std::uint64_t free_pages() const { return lists_.pages() - lists_.pages(MigrateType::isolate); }

  // A boost of the watermarks: pages of pageblocks that a fallback broke. 0 as long as there is no
  // high watermark. kernel: boost_watermark(), mm/page_alloc.c
  void set_boost_limits(std::uint64_t managed_pages, std::uint64_t high_watermark) {
    managed_pages_ = managed_pages;
    high_watermark_ = high_watermark;
  }
  std::uint64_t watermark_boost() const { return watermark_boost_; }

 private:
  struct Fallback {
    Block block{};
    bool whole = false;  // its pageblock may be claimed
  };
  enum class Search { largest, smallest };

  bool spans(std::uint64_t pfn) const {
    return pfn >= raw(options_.start_pfn) && pfn - raw(options_.start_pfn) < options_.spanned_pages;
  }
  void merge(std::uint64_t pfn, unsigned order, MigrateType type, std::optional<Place> place);
  bool may_merge(MigrateType a, MigrateType b) const;
  bool merges_soon(std::uint64_t pfn, unsigned order) const;
  Pfn take(const Block& block, unsigned order, MigrateType type);
  void change_pageblocks(const Block& block, MigrateType type);
  void boost();

  bool may_claim(unsigned order, MigrateType type) const;
  std::optional<Fallback> fallback_at(unsigned order, MigrateType type) const;
  std::optional<Fallback> find_fallback(unsigned order, MigrateType type, Take take) const;
  std::uint64_t move_free(std::uint64_t start, std::uint64_t end, MigrateType type);
  std::uint64_t count_free(std::uint64_t start, std::uint64_t end) const;
  bool worth_claiming(std::uint64_t free, MigrateType type, MigrateType old_type) const;
  void steal_to_list(unsigned order, MigrateType type, Take take);
  std::optional<Pfn> steal_or_split(unsigned order, MigrateType type, Take take);
  std::optional<Pfn> alloc_in_steps(unsigned order, MigrateType type, Take take, Rmqueue& mode);
  std::optional<Pfn> claim(unsigned order, MigrateType type, Take take);
  std::optional<Pfn> claim_block(const Block& block, unsigned order, MigrateType type);
  std::optional<Pfn> steal(unsigned order, MigrateType type);

  FreeLists lists_;
  PageblockTypes pageblocks_;
  ZoneOptions options_;
  std::uint64_t managed_pages_ = 0;
  std::uint64_t high_watermark_ = 0;
  std::uint64_t watermark_boost_ = 0;
};

}  // namespace memmap::buddy
