// A zone's page allocator page by page: one record a page, lists of single blocks, no runs. Slow, and
// simple enough to be held against the kernel's source line by line.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "buddy/zone_allocator.h"

namespace memmap::buddy::test {

class PageModel {
 public:
  // Pages [0, pages); the zone spans [start, end) of them.
  PageModel(std::uint64_t pages, std::uint64_t start, std::uint64_t end,
            std::vector<MigrateType> pageblocks, unsigned pageblock_order,
            const ZoneOptions& options)
      : order_(pages, kUsed),
        type_(pages, MigrateType::movable),
        start_(start),
        end_(end),
        pageblocks_(std::move(pageblocks)),
        pageblock_order_(pageblock_order),
        options_(options) {}

  std::optional<std::uint64_t> alloc(unsigned order, MigrateType type, Take take, Rmqueue& mode);
  std::optional<std::uint64_t> alloc_smallest(unsigned order, MigrateType type);
  bool take_off(std::uint64_t pfn);
  void free(std::uint64_t pfn, unsigned order, std::optional<Place> place);
  bool move_pageblock(std::uint64_t pfn, MigrateType type);

  bool is_free(std::uint64_t pfn) const;
  MigrateType pageblock(std::uint64_t pfn) const { return pageblocks_[pfn >> pageblock_order_]; }
  void set_boost_limits(std::uint64_t managed, std::uint64_t high) {
    managed_ = managed;
    high_ = high;
  }
  std::uint64_t watermark_boost() const { return boost_; }

  // Each list's blocks from head to tail.
  using Lists = std::map<std::pair<unsigned, MigrateType>, std::list<std::uint64_t>>;
  Lists lists() const;
  std::uint64_t pages(MigrateType type) const;

 private:
  static constexpr int kUsed = -1;  // in use, or within a free block

  void del(std::uint64_t pfn);
  void add(std::uint64_t pfn, unsigned order, MigrateType type, bool tail);
  void move_to_tail(std::uint64_t pfn, MigrateType type);
  std::uint64_t del_and_expand(std::uint64_t pfn, unsigned low, MigrateType type);
  void free_one_page(std::uint64_t pfn, unsigned order, MigrateType type,
                     std::optional<Place> place);
  void boost_watermark();
  void change_range(std::uint64_t pfn, unsigned order, MigrateType type);
  std::optional<MigrateType> find_suitable_fallback(unsigned order, MigrateType type,
                                                    bool* can_steal) const;
  bool rmqueue_fallback_61(unsigned order, MigrateType type, Take take);
  std::optional<std::uint64_t> rmqueue_fallback_610(unsigned order, MigrateType type, Take take);
  std::optional<std::uint64_t> rmqueue_claim(unsigned order, MigrateType type, Take take);
  std::optional<std::uint64_t> rmqueue_steal(unsigned order, MigrateType type);
  std::optional<std::uint64_t> try_to_claim(std::uint64_t pfn, unsigned order, MigrateType type);
  bool in_zone(std::uint64_t pfn) const { return pfn >= start_ && pfn < end_; }
  int max_order() const { return static_cast<int>(options_.max_page_order); }

  std::vector<int> order_;         // of the free block that begins here
  std::vector<MigrateType> type_;  // of its list
  std::uint64_t start_;
  std::uint64_t end_;
  std::vector<MigrateType> pageblocks_;
  unsigned pageblock_order_;
  ZoneOptions options_;
  Lists lists_{};
  std::uint64_t managed_ = 0;
  std::uint64_t high_ = 0;
  std::uint64_t boost_ = 0;
};

}  // namespace memmap::buddy::test
