#include "buddy/allocator.h"

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "base/check.h"
#include "buddy/deferred.h"
#include "buddy/zone_pages.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

int usual_distance(int from, int to) { return from == to ? 10 : 20; }

std::uint64_t mark_of(const LiveZone& zone, Mark mark) {
  switch (mark) {
    case Mark::min:
      return zone.marks.min;
    case Mark::low:
      return zone.marks.low;
    case Mark::high:
      return zone.marks.high;
    case Mark::none:
      break;
  }
  return 0;
}

std::vector<ZonelistNode> zonelist_nodes(std::span<const zones::Node> nodes,
                                         const AllocatorOptions& options) {
  std::vector<ZonelistNode> out;
  for (const zones::Node& node : nodes) {
    const bool cpus = std::ranges::find(options.node_cpus, node.nid) != options.node_cpus.end();
    out.push_back({node.nid, node.present_pages > 0, cpus});
  }
  for (const int nid : options.bare_nodes) out.push_back({.nid = nid, .memory = false});
  std::ranges::sort(out, {}, &ZonelistNode::nid);
  return out;
}

}  // namespace

Allocator::Allocator(std::span<const memblock::Region> memory, std::span<const zones::Node> nodes,
                     const Handoff& handoff, const AllocatorOptions& options)
    : options_(options),
      orders_(zonelist_nodes(nodes, options),
              options.distance ? options.distance : Distance(usual_distance),
              options.handoff.behaviour),
      nodes_(nodes.size()) {
  const Options& o = options_.handoff;
  for (const zones::Node& node : nodes) {
    for (const zones::Zone& z : node.zones) {
      MEMMAP_CHECK(zones_.size() < handoff.zones.size(), "the hand-over has every zone");
      const ZoneFree& free = handoff.zones[zones_.size()];
      const std::uint64_t start = raw(z.start_pfn);
      const ZoneOptions zone{.start_pfn = z.start_pfn,
                             .spanned_pages = z.spanned_pages,
                             .max_page_order = o.max_page_order,
                             .boosts = options_.boosts,
                             .behaviour = o.behaviour};
      zones_.push_back(
          {.nid = node.nid,
           .type = z.type,
           .present_pages = z.present_pages,
           .managed_pages = free.managed_pages,
           .free = ZoneAllocator(FreeLists(lists_of(free)),
                                 handoff.pageblocks.part(start, start + z.spanned_pages), zone),
           .deferred = {free.deferred.rbegin(), free.deferred.rend()}});
    }
  }
  map_zones(memory, nodes);
}

// kernel: build_zonerefs_node(), mm/page_alloc.c
std::vector<std::size_t> Allocator::zonelist(int nid, bool others) {
  std::vector<std::size_t> out;
  for (const int fallback : others ? orders_.of(nid) : std::vector{nid}) {
    auto zone = std::ranges::upper_bound(zones_, fallback, {}, &LiveZone::nid);
    for (; zone != zones_.begin() && std::prev(zone)->nid == fallback; --zone) {
      if (std::prev(zone)->present_pages > 0)
        out.push_back(static_cast<std::size_t>(std::prev(zone) - zones_.begin()));
    }
  }
  return out;
}

void Allocator::map_zones(std::span<const memblock::Region> memory,
                          std::span<const zones::Node> nodes) {
  std::map<int, std::pair<const zones::Node*, std::size_t>> first_zone;
  std::size_t zones_before = 0;
  for (const zones::Node& node : nodes) {
    first_zone[node.nid] = {&node, zones_before};
    zones_before += node.zones.size();
  }
  for (const memblock::Region& r : memory) {
    const auto node = first_zone.find(r.nid);
    if (node == first_zone.end()) continue;
    const auto& node_zones = node->second.first->zones;
    const bool not_movable =
        options_.handoff.kernelcore_mirror && (r.flags & memblock::kMirror) != 0;
    const PageRun pages{raw(pfn_up(r.range.base())), raw(pfn_down(r.range.end()))};
    each_zone_pages(pages, node_zones, not_movable, [&](std::size_t zone, PageRun run) {
      spans_.push_back({run.start, run.end, node->second.second + zone});
    });
  }
}

const Allocator::Span* Allocator::span_of(Pfn pfn) const {
  const auto next = std::ranges::upper_bound(spans_, raw(pfn), {}, &Span::start);
  if (next == spans_.begin() || raw(pfn) >= (next - 1)->end) return nullptr;
  return &*(next - 1);
}

std::size_t Allocator::zone_of(Pfn pfn) const {
  const Span* const span = span_of(pfn);
  MEMMAP_CHECK(span != nullptr, "the page is memory");
  return span->zone;
}

bool Allocator::take_off(Pfn pfn) {
  const Span* const span = span_of(pfn);
  return span != nullptr && zones_[span->zone].free.take_off(pfn);
}

template <class Take>
void Allocator::each_part(Pfn start, Pfn end, const Take& take) {
  auto span = std::ranges::upper_bound(spans_, raw(start), {}, &Span::start);
  if (span != spans_.begin()) --span;
  for (; span != spans_.end() && span->start < raw(end); ++span) {
    const std::uint64_t from = std::max(span->start, raw(start));
    const std::uint64_t to = std::min(span->end, raw(end));
    if (from < to) take(zones_[span->zone], Pfn{from}, Pfn{to});
  }
}

// Normal alone: below it there is another zone to try before its pageblocks are mixed.
// kernel: alloc_flags_nofragment(), mm/page_alloc.c, v6.12
bool Allocator::avoids_fragments(std::size_t preferred) const {
  if (!options_.zone_dma32 || zones_[preferred].type != ZoneType::normal) return false;
  return nodes_ <= 1 || zones_[preferred - 1].present_pages > 0;
}

std::optional<Allocation> Allocator::alloc(const Request& request) {
  std::vector<std::size_t> list;
  const auto fill = [&](bool others) {
    list = zonelist(request.nid, others);
    std::erase_if(list, [&](std::size_t i) { return zones_[i].type > request.highest; });
  };
  bool whole = request.this_node || nodes_ <= 1;
  fill(false);
  if (list.empty() && !whole) fill(whole = true);
  if (list.empty()) return std::nullopt;
  const std::size_t preferred = list.front();
  bool may_fragment = !avoids_fragments(preferred);
  for (std::size_t n = 0;; ++n) {
    if (n == list.size() && !whole) fill(whole = true);
    if (n == list.size()) {
      if (may_fragment) return std::nullopt;
      may_fragment = true;
      n = 0;
    }
    LiveZone& zone = zones_[list[n]];
    // Another node is worse than mixed pageblocks.
    if (!may_fragment && zone.nid != zones_[preferred].nid) {
      may_fragment = true;
      n = 0;
    }
    LiveZone& next = zones_[list[n]];
    if (request.mark != Mark::none && !watermark_ok(next, request) && !grow(next)) continue;
    auto pfn = rmqueue(next, request, may_fragment);
    while (!pfn && grow(next)) pfn = rmqueue(next, request, may_fragment);
    if (!pfn) continue;
    if (request.highatomic) reserve_highatomic(next, *pfn, request.order);
    return Allocation{list[n], *pfn};
  }
}

// kernel: rmqueue(), rmqueue_buddy(), mm/page_alloc.c, v6.12
std::optional<Pfn> Allocator::rmqueue(LiveZone& zone, const Request& request, bool may_fragment) {
  const Take take{.cma = request.type == MigrateType::movable, .may_fragment = may_fragment};
  if (pageset_takes(request.order, options_.transparent_hugepages)) {
    if (const auto pfn = zone.pageset.alloc(zone.free, request.order, request.type, take)) {
      return pfn;
    }
  }
  if (request.highatomic) {
    if (const auto pfn = zone.free.alloc_smallest(request.order, MigrateType::highatomic)) {
      return pfn;
    }
  }
  if (const auto pfn = zone.free.alloc(request.order, request.type, take)) return pfn;
  if (!request.oom && !request.non_block) return std::nullopt;
  return zone.free.alloc_smallest(request.order, MigrateType::highatomic);
}

bool Allocator::watermark_ok(const LiveZone& zone, const Request& request) const {
  const kernel::Behaviour& behaviour = options_.handoff.behaviour;
  const FreeLists& lists = zone.free.lists();
  const bool reserves =
      request.non_block || request.min_reserve || request.oom || request.highatomic;
  const bool cma = request.type == MigrateType::movable;

  std::uint64_t unusable = (1ull << request.order) - 1;
  if (!reserves) {
    unusable += behaviour.highatomic_counts_free ? lists.pages(MigrateType::highatomic)
                                                 : zone.reserved_highatomic;
  }
  if (!cma) unusable += lists.pages(MigrateType::cma);

  // kernel: __zone_watermark_ok(), mm/page_alloc.c, v6.12
  const auto enough = [&](std::uint64_t min) {
    if (request.min_reserve) {
      min -= min / 2;
      if (request.non_block) min -= min / 4;
    }
    if (request.oom) min -= min / 2;
    const std::uint64_t kept = zone.reserve[static_cast<std::size_t>(request.highest)];
    return zone.free.free_pages() > min + kept + unusable;
  };
  const std::uint64_t mark = mark_of(zone, request.mark);
  // kernel: zone_watermark_fast()
  const bool may_ignore_boost =
      request.order == 0 && request.min_reserve && request.mark == Mark::min;
  if (!enough(mark + zone.free.watermark_boost()) && !(may_ignore_boost && enough(mark))) {
    return false;
  }
  if (request.order == 0) return true;
  for (unsigned o = request.order; o <= options_.handoff.max_page_order; ++o) {
    for (const MigrateType type :
         {MigrateType::unmovable, MigrateType::movable, MigrateType::reclaimable}) {
      if (!lists.empty(o, type)) return true;
    }
    if (cma && !lists.empty(o, MigrateType::cma)) return true;
    if ((request.highatomic || request.oom) && !lists.empty(o, MigrateType::highatomic)) {
      return true;
    }
  }
  return false;
}

// kernel: reserve_highatomic_pageblock(), mm/page_alloc.c, v6.12
void Allocator::reserve_highatomic(LiveZone& zone, Pfn pfn, unsigned order) {
  PageblockTypes& pageblocks = zone.free.pageblocks();
  const std::uint64_t pageblock = pageblocks.pages();
  const std::uint64_t hundredth = zone.managed_pages / 100;
  const bool spares = options_.handoff.behaviour.highatomic_spares_small_zones;
  if (spares && hundredth < pageblock) return;
  const std::uint64_t most = spares ? align_up(hundredth, pageblock) : hundredth + pageblock;
  if (zone.reserved_highatomic >= most) return;
  if (pageblocks.type(raw(pfn)) >= MigrateType::highatomic) return;
  if (spares && order >= pageblocks.order()) {
    pageblocks.set(raw(pfn), raw(pfn) + (1ull << order), MigrateType::highatomic);
    zone.reserved_highatomic += 1ull << order;
    return;
  }
  if (!zone.free.move_pageblock(pfn, MigrateType::highatomic)) {
    if (spares) return;
    pageblocks.set(raw(pfn), raw(pfn) + 1, MigrateType::highatomic);
  }
  zone.reserved_highatomic += pageblock;
}

std::optional<Allocation> Allocator::alloc_exact(const Request& request, std::uint64_t pages) {
  MEMMAP_CHECK(pages > 0, "something is asked for");
  Request whole = request;
  whole.order = static_cast<unsigned>(std::bit_width(pages - 1));
  if (whole.order > options_.handoff.max_page_order) return std::nullopt;
  const auto block = alloc(whole);
  if (!block) return std::nullopt;
  zones_[block->zone].free.free_range(Pfn{raw(block->pfn) + pages},
                                      Pfn{raw(block->pfn) + (1ull << whole.order)}, Place::tail);
  return block;
}

void Allocator::free(Pfn pfn, unsigned order) {
  LiveZone& zone = zones_[zone_of(pfn)];
  if (pageset_takes(order, options_.transparent_hugepages)) {
    zone.pageset.free(zone.free, pfn, order);
  } else {
    zone.free.free(pfn, order);
  }
}

void Allocator::free_each(Pfn start, Pfn end) {
  each_part(start, end, [](LiveZone& zone, Pfn from, Pfn to) {
    if (zone.pageset.limits() == PagesetLimits{}) {
      zone.free.free_range(from, to);  // nothing stays with the processor
      return;
    }
    for (std::uint64_t pfn = raw(from); pfn < raw(to); ++pfn) {
      zone.pageset.free(zone.free, Pfn{pfn}, 0);
    }
  });
}

void Allocator::free_reserved(Pfn start, Pfn end) {
  free_each(start, end);
  each_part(start, end,
            [](LiveZone& zone, Pfn from, Pfn to) { zone.managed_pages += raw(to) - raw(from); });
}

namespace {

void hand_over(LiveZone& zone, PageRun pages) {
  PageblockTypes& pageblocks = zone.free.pageblocks();
  pageblocks.set(align_up(pages.start, pageblocks.pages()), pages.end, MigrateType::movable);
  zone.free.append(Pfn{pages.start}, Pfn{pages.end});
  zone.managed_pages += pages.end - pages.start;
}

}  // namespace

void Allocator::free_deferred() {
  for (LiveZone& zone : zones_) {
    for (; !zone.deferred.empty(); zone.deferred.pop_back()) hand_over(zone, zone.deferred.back());
  }
}

// As many sections as it takes for one section's worth of free pages. False: nothing is deferred.
//
//   sections   |-------|-------|-------|-------|
//   deferred        |==|  |=|  |======| |======|
//   handed over     |==|  |=|  |======|           these are 32768 pages or more
//
// kernel: deferred_grow_zone(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
bool Allocator::grow(LiveZone& zone) {
  std::uint64_t pages = 0;
  std::uint64_t section_end = 0;
  while (!zone.deferred.empty()) {
    PageRun& run = zone.deferred.back();
    if (run.start >= section_end && pages >= kPagesPerSection) break;
    section_end = align_down(run.start, kPagesPerSection) + kPagesPerSection;
    const PageRun part{run.start, std::min(run.end, section_end)};
    hand_over(zone, part);
    pages += part.end - part.start;
    run.start = part.end;
    if (run.start == run.end) zone.deferred.pop_back();
  }
  return pages > 0;
}

void Allocator::free_cma(Pfn start, Pfn end) {
  for (std::uint64_t pfn = raw(start); pfn < raw(end);) {
    LiveZone& zone = zones_[zone_of(Pfn{pfn})];
    PageblockTypes& pageblocks = zone.free.pageblocks();
    pageblocks.set(pfn, pfn + pageblocks.pages(), MigrateType::cma);
    free(Pfn{pfn}, pageblocks.order());
    zone.managed_pages += pageblocks.pages();
    pfn += pageblocks.pages();
  }
}

void Allocator::set_watermarks(std::span<const Watermarks> marks,
                               std::span<const LowmemReserve> reserves) {
  MEMMAP_CHECK(marks.size() == zones_.size() && reserves.size() == zones_.size(),
               "one for each zone");
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    zones_[i].marks = marks[i];
    zones_[i].reserve = reserves[i];
    zones_[i].free.set_boost_limits(zones_[i].managed_pages, marks[i].high);
  }
}

void Allocator::setup_pagesets() {
  for (LiveZone& z : zones_) {
    if (z.present_pages == 0) continue;
    z.pageset.set_limits(
        pageset_limits(z.managed_pages, z.marks.low, 1, options_.handoff.behaviour));
  }
}

}  // namespace memmap::buddy
