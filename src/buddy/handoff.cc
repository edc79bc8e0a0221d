#include "buddy/handoff.h"

#include <algorithm>

#include "base/align.h"
#include "base/blocks.h"
#include "base/range_union.h"
#include "buddy/free_lists.h"
#include "buddy/free_pages.h"
#include "buddy/zone_pages.h"

namespace memmap::buddy {
namespace {

using Deferred = std::map<int, Pfn>;

// Where memmap_init_range() has set the migrate type: in each pageblock that begins with a page that
// it initialised.
void set_movable(PageblockTypes& pageblocks, std::uint64_t start, std::uint64_t end) {
  pageblocks.set(align_up(start, pageblocks.pages()), end, MigrateType::movable);
}

std::uint64_t initialised_end(const Deferred& deferred, int nid, std::uint64_t end) {
  const auto d = deferred.find(nid);
  return d == deferred.end() ? end : std::min(end, raw(d->second));
}

// Holes too, in every zone that spans them, but for other nodes' memory. A pageblock with a free
// page has its section. kernel: memmap_init_zone(), mm/page_alloc.c, v5.4
void set_movable_by_page(PageblockTypes& pageblocks, std::span<const memblock::Region> memory,
                         std::span<const zones::Node> nodes, const Deferred& deferred) {
  for (const zones::Node& node : nodes) {
    std::vector<PhysRange> others;
    for (const memblock::Region& r : memory) {
      if (r.nid != node.nid) others.push_back(r.range);
    }
    others = united(std::move(others));
    for (const zones::Zone& z : node.zones) {
      const PhysAddr start = phys_of(z.start_pfn);
      const std::vector<PhysRange> span =
          united({PhysRange::make(raw(start), raw(start) + (z.spanned_pages << kPageShift))});
      for (const PhysRange r : without(span, others)) {
        set_movable(pageblocks, raw(pfn_up(r.base())),
                    initialised_end(deferred, node.nid, raw(pfn_up(r.end()))));
      }
    }
  }
}

// Deferred pages that are reserved are initialised one by one, at once.
// kernel: reserve_bootmem_region(), mm/mm_init.c, v7.2
void set_movable_by_reserved(PageblockTypes& pageblocks, std::span<const memblock::Region> memory,
                             std::span<const memblock::Region> reserved, const Deferred& deferred) {
  for (const memblock::Region& m : memory) {
    const auto first = deferred.find(m.nid);
    if (first == deferred.end()) continue;
    const std::uint64_t start = std::max(raw(first->second), raw(pfn_down(m.range.base())));
    const std::uint64_t end = raw(pfn_up(m.range.end()));
    auto r = std::ranges::lower_bound(reserved, phys_of(Pfn{start}), std::ranges::less_equal{},
                                      [](const memblock::Region& x) { return x.range.end(); });
    for (; r != reserved.end() && raw(pfn_down(r->range.base())) < end; ++r) {
      if ((r->flags & memblock::kRsrvNoinit) != 0) continue;
      set_movable(pageblocks, std::max(start, raw(pfn_down(r->range.base()))),
                  std::min(end, raw(pfn_up(r->range.end()))));
    }
  }
}

PageblockTypes pageblock_types(std::span<const memblock::Region> memory,
                               std::span<const memblock::Region> reserved,
                               std::span<const zones::Node> nodes, const Deferred& deferred,
                               const Options& options) {
  PageblockTypes pageblocks(options.pageblock_order);
  if (!options.behaviour.init_by_region) {
    set_movable_by_page(pageblocks, memory, nodes, deferred);
    return pageblocks;
  }
  for (const memblock::Region& r : memory) {
    set_movable(pageblocks, raw(pfn_up(r.range.base())),
                initialised_end(deferred, r.nid, raw(pfn_down(r.range.end()))));
  }
  if (options.behaviour.reserved_pages_set_pageblocks)
    set_movable_by_reserved(pageblocks, memory, reserved, deferred);
  return pageblocks;
}

void append(std::vector<PageRun>& runs, PageRun r) {
  if (!runs.empty() && runs.back().end == r.start) {
    runs.back().end = r.end;
  } else {
    runs.push_back(r);
  }
}

FreeArea free_area(std::span<const PageRun> runs, unsigned max_order,
                   const PageblockTypes& pageblocks) {
  std::map<std::pair<unsigned, MigrateType>, std::vector<FreeRun>> lists;
  for (const PageRun& run : runs) {
    const auto take = [&](unsigned order, std::uint64_t first, std::uint64_t count) {
      auto& list = lists[{order, pageblocks.type(first)}];
      if (!list.empty() && raw(list.back().first) + (list.back().count << order) == first) {
        list.back().count += count;
      } else {
        list.push_back({Pfn{first}, count});
      }
    };
    each_block(run.start, run.end, max_order, take);
  }
  FreeArea area;
  for (auto& [key, list] : lists) area.push_back({key.first, key.second, std::move(list)});
  return area;
}

// Before 5.10 each block goes to its list's head; to the tail if the block that it would be half of
// has a free buddy. kernel: __free_one_page(), mm/page_alloc.c, v5.4
OrderedLists lists_from_heads(std::span<const PageRun> runs, unsigned max_order,
                              const PageblockTypes& pageblocks) {
  FreeLists lists;
  for (const PageRun& run : runs) {
    each_block(run.start, run.end, max_order,
               [&](unsigned order, std::uint64_t first, std::uint64_t count) {
                 const std::uint64_t higher = first & ~(1ull << order);
                 const bool soon =
                     order + 1 < max_order && lists.is_block(higher ^ (2ull << order), order + 1);
                 const Block block{first, order, pageblocks.type(first)};
                 if (soon) {
                   lists.append(block, count);
                 } else {
                   lists.prepend(block, count);
                 }
               });
  }
  return lists.ordered();
}

}  // namespace

OrderedLists lists_of(const ZoneFree& zone) {
  if (!zone.unsorted.empty()) return zone.unsorted;
  OrderedLists lists;
  for (const FreeList& l : zone.free) {
    lists.push_back({l.order, l.migratetype, {}});
    for (const FreeRun& r : l.runs) lists.back().runs.push_back({r.first, r.count});
  }
  return lists;
}

Handoff free_all(std::span<const memblock::Region> memory,
                 std::span<const memblock::Region> reserved, std::span<const zones::Node> nodes,
                 const Options& options) {
  Handoff handoff;
  if (options.deferred_init) {
    handoff.first_deferred = first_deferred(memory, nodes, options.kernelcore_mirror,
                                            options.pages_at_once, options.behaviour);
  }

  std::map<int, std::size_t> node_of;
  std::vector<std::vector<std::vector<PageRun>>> runs(nodes.size());  // by node, zone
  std::vector<std::vector<std::vector<PageRun>>> deferred(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    node_of[nodes[i].nid] = i;
    runs[i].resize(nodes[i].zones.size());
    deferred[i].resize(nodes[i].zones.size());
  }

  each_free_pages(memory, reserved, [&](const memblock::Region& r, Pfn first, Pfn end) {
    PageRun run{raw(first), std::min(raw(end), raw(options.max_low_pfn))};
    if (run.start >= run.end) return;
    handoff.totalram_pages += run.end - run.start;
    const auto node = node_of.find(r.nid);
    if (node == node_of.end()) return;
    const std::uint64_t stop = initialised_end(handoff.first_deferred, r.nid, run.end);
    const auto& node_zones = nodes[node->second].zones;
    const bool not_movable = options.kernelcore_mirror && (r.flags & memblock::kMirror) != 0;
    const auto add_to = [&](std::vector<std::vector<PageRun>>& by_zone, PageRun part) {
      if (part.start >= part.end) return;
      each_zone_pages(part, node_zones, not_movable,
                      [&](std::size_t zone, PageRun pages) { append(by_zone[zone], pages); });
    };
    add_to(runs[node->second], {run.start, stop});
    add_to(deferred[node->second], {std::max(run.start, stop), run.end});
  });

  handoff.pageblocks = pageblock_types(memory, reserved, nodes, handoff.first_deferred, options);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t z = 0; z < nodes[i].zones.size(); ++z) {
      ZoneFree zone{.nid = nodes[i].nid, .type = nodes[i].zones[z].type};
      for (const PageRun& run : runs[i][z]) zone.managed_pages += run.end - run.start;
      zone.free = free_area(runs[i][z], options.max_page_order, handoff.pageblocks);
      if (!options.behaviour.handover_frees_to_tail) {
        zone.unsorted = lists_from_heads(runs[i][z], options.max_page_order, handoff.pageblocks);
      }
      zone.deferred = std::move(deferred[i][z]);
      handoff.zones.push_back(std::move(zone));
    }
  }
  return handoff;
}

}  // namespace memmap::buddy
