// The page allocator over all zones: which zone serves a request, and whether it may.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "buddy/handoff.h"
#include "buddy/pageset.h"
#include "buddy/watermarks.h"
#include "buddy/zone_allocator.h"
#include "buddy/zonelists.h"

namespace memmap::buddy {

// How deep into a zone's reserves a request may go. kernel: ALLOC_WMARK_*, ALLOC_NO_WATERMARKS
enum class Mark { min, low, high, none };

// The defaults are those of a first try of GFP_KERNEL early in the boot.
struct Request {
  unsigned order = 0;
  MigrateType type = MigrateType::unmovable;
  int nid = 0;                                        // where to look first
  zones::ZoneType highest = zones::ZoneType::normal;  // gfp_zone()
  bool this_node = false;                             // __GFP_THISNODE
  Mark mark = Mark::low;
  bool non_block = false;    // ALLOC_NON_BLOCK
  bool min_reserve = false;  // ALLOC_MIN_RESERVE, __GFP_HIGH
  bool oom = false;          // ALLOC_OOM
  bool highatomic = false;   // ALLOC_HIGHATOMIC
};

struct Allocation {
  std::size_t zone = 0;  // its place in Allocator::zones()
  Pfn pfn{};
};

// A zone while the kernel runs.
struct LiveZone {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma;
  std::uint64_t present_pages = 0;
  std::uint64_t managed_pages = 0;
  Watermarks marks{};  // 0 until init_per_zone_wmark_min()
  LowmemReserve reserve{};
  std::uint64_t reserved_highatomic = 0;  // pages
  ZoneAllocator free;
  std::vector<PageRun> deferred{};  // not initialised yet; descending
  Pageset pageset{};                // the boot's until Allocator::setup_pagesets()
};

struct AllocatorOptions {
  Options handoff{};
  Distance distance{};                // of nodes; empty: 10 to itself, else 20
  std::vector<int> node_cpus{};       // nodes of which processors were counted
  std::vector<int> bare_nodes{};      // without memory, which have an order of fallbacks too
  bool boosts = true;                 // no crash kernel
  bool zone_dma32 = true;             // CONFIG_ZONE_DMA32
  bool transparent_hugepages = true;  // CONFIG_TRANSPARENT_HUGEPAGE: processors keep huge pages too
};

// Starts with what the hand-over left. Deferred pages come in with free_deferred(), and a section of
// them before where a zone runs low. No page is ever reclaimed. Requests take O(zones + log(runs)).
//
// A pageblock that two zones share has a type in each.
class Allocator {
 public:
  Allocator(std::span<const memblock::Region> memory, std::span<const zones::Node> nodes,
            const Handoff& handoff, const AllocatorOptions& options);

  // The first zone of the node's order that may serve it. Nothing: none may.
  // kernel: get_page_from_freelist(), mm/page_alloc.c, v6.12
  std::optional<Allocation> alloc(const Request& request);
  // As many whole pages, of the smallest order that holds them; what is too much goes back page by
  // page, to the tails. kernel: alloc_pages_exact()
  std::optional<Allocation> alloc_exact(const Request& request, std::uint64_t pages);
  // That very page. False: it is not free, or no memory.
  bool take_off(Pfn pfn);
  // kernel: __free_pages(), through the processor's lists where these take the order
  void free(Pfn pfn, unsigned order);
  // Each page alone, in a row. kernel: free_pages_exact(); what split_page() made of a block
  void free_each(Pfn start, Pfn end);

  // Pages that were never free count as managed from now on. Page by page, ascending.
  // kernel: free_reserved_area(), mm/page_alloc.c
  void free_reserved(Pfn start, Pfn end);
  // All that is deferred still, as memblock hands pages over: to the tails, in pageblocks that are
  // movable from now on. kernel: deferred_free_pages(), mm/mm_init.c, v6.12
  void free_deferred();
  // Whole pageblocks that are CMA's from now on. kernel: init_cma_reserved_pageblock()
  void free_cma(Pfn start, Pfn end);

  bool watermark_ok(const LiveZone& zone, const Request& request) const;
  void set_watermarks(std::span<const Watermarks> marks, std::span<const LowmemReserve> reserves);
  // From here on a processor keeps pages of its own. kernel: setup_per_cpu_pageset()
  void setup_pagesets();

  std::span<const LiveZone> zones() const { return zones_; }
  unsigned max_page_order() const { return options_.handoff.max_page_order; }
  // Whose the page is, which must be memory.
  std::size_t zone_of(Pfn pfn) const;

 private:
  // [start, end) belongs to a zone.
  struct Span {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::size_t zone = 0;
  };

  const Span* span_of(Pfn pfn) const;  // nullptr: it is no memory
  std::optional<Pfn> rmqueue(LiveZone& zone, const Request& request, bool may_fragment);
  void reserve_highatomic(LiveZone& zone, Pfn pfn, unsigned order);
  bool grow(LiveZone& zone);
  bool avoids_fragments(std::size_t preferred) const;
  // The zones of `nid` with pages, the highest first; with `others` those of all other nodes behind them.
  std::vector<std::size_t> zonelist(int nid, bool others);
  void map_zones(std::span<const memblock::Region> memory, std::span<const zones::Node> nodes);
  // Calls take(zone, start, end) with the parts of [start, end) that are memory.
  template <class Take>
  void each_part(Pfn start, Pfn end, const Take& take);

  AllocatorOptions options_;
  std::vector<LiveZone> zones_{};
  FallbackOrders orders_;
  std::vector<Span> spans_{};  // ascending
  std::size_t nodes_ = 0;
};

}  // namespace memmap::buddy
