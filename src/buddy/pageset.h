// The pages that a processor keeps of a zone, to serve small requests without the zone's lists.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "buddy/zone_allocator.h"

namespace memmap::buddy {

// kernel: struct per_cpu_pages. As at first, batch 1 and high 0, nothing is kept: each request takes
// one block, each free gives one back. kernel: BOOT_PAGESET_HIGH, BOOT_PAGESET_BATCH
struct PagesetLimits {
  std::int64_t batch = 1;  // pages that are taken or given back at once
  std::int64_t high_min = 0;
  std::int64_t high_max = 0;  // as high_min where the kernel has one limit alone

  friend bool operator==(const PagesetLimits&, const PagesetLimits&) = default;
};

// Of a zone whose node `cpus` processors share, all that are online if none is the node's own;
// `low_mark`: its low watermark.
// kernel: zone_batchsize(), zone_highsize(), mm/page_alloc.c, v6.12
PagesetLimits pageset_limits(std::uint64_t managed_pages, std::uint64_t low_mark, unsigned cpus,
                             const kernel::Behaviour& behaviour);

// One processor's lists of a zone, by order and migrate type: orders 0 to 3, and with transparent
// huge pages order 9. No memory is being reclaimed.
class Pageset {
 public:
  void set_limits(const PagesetLimits& limits) { limits_ = limits; }
  const PagesetLimits& limits() const { return limits_; }
  std::int64_t count() const { return count_; }  // pages

  // The head of the list, which is filled from the zone where it is empty.
  // kernel: rmqueue_pcplist(), nr_pcp_alloc(), mm/page_alloc.c, v6.12
  std::optional<Pfn> alloc(ZoneAllocator& zone, unsigned order, MigrateType type, Take take);
  // To the list's head; what is too much goes to the zone, from the tails.
  // kernel: free_unref_page_commit(), free_pcppages_bulk(), mm/page_alloc.c, v6.12
  void free(ZoneAllocator& zone, Pfn pfn, unsigned order);

 private:
  struct Kept {
    std::uint64_t pfn = 0;
    MigrateType type = MigrateType::movable;  // its pageblock's when it came
  };

  std::int64_t refill(unsigned order);
  std::int64_t refill_tuned(unsigned order);
  std::int64_t to_free(unsigned order, bool in_bounds);
  std::int64_t to_free_tuned(unsigned order);
  void give_back(ZoneAllocator& zone, std::int64_t pages, std::size_t first_list);

  static constexpr std::size_t kLists = 3 * 4 + 2;
  PagesetLimits limits_{};
  std::array<std::deque<Kept>, kLists> lists_{};
  std::int64_t count_ = 0;
  std::int64_t high_ = 0;
  int alloc_factor_ = 0;
  int free_factor_ = 0;
  std::int64_t free_count_ = 0;
  bool freed_high_order_ = false;
};

// Whether blocks of this order are kept at all. kernel: pcp_allowed_order()
bool pageset_takes(unsigned order, bool transparent_hugepages);

}  // namespace memmap::buddy
