#include "boot/mm/page_alloc.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/align.h"
#include "boot/mm/taken_pages.h"
#include "boot/mm/watermarks.h"
#include "boot/page_allocator.h"
#include "boot/rules.h"
#include "buddy/free_pages.h"
#include "buddy/handoff.h"
#include "buddy/zone_pages.h"
#include "paging/areas.h"

namespace memmap::boot {
namespace {

// Where pages are not initialised yet, by node.
struct FirstDeferred {
  std::map<int, Pfn> of_node{};
};

std::map<int, Pfn>& first_deferred(Boot& boot) { return boot.scratch.of<FirstDeferred>().of_node; }

buddy::ZonePages& managed_zone(Boot& boot, std::size_t node, std::size_t zone) {
  return boot.state.page_allocator.zones[node * zones::kZoneTypes + zone];
}

// Adds pages of `region` to the zones of its node, each of which `added` is told; all of them are
// memory.
template <class Added>
void add_to_zones(Boot& boot, const memblock::Region& region, buddy::PageRun pages,
                  const Added& added) {
  const std::vector<NodeState>& nodes = boot.state.node_states;
  const auto node = std::ranges::lower_bound(nodes, region.nid, {}, &NodeState::nid);
  if (node == nodes.end() || node->nid != region.nid) return;
  std::array<zones::Zone, zones::kZoneTypes> of_node{};
  std::ranges::transform(node->zones, of_node.begin(), &ZoneState::zone);
  const bool not_movable = boot.in.mirrored_kernelcore() && (region.flags & memblock::kMirror) != 0;
  buddy::each_zone_pages(pages, of_node, not_movable, [&](std::size_t zone, buddy::PageRun run) {
    buddy::ZonePages& managed =
        managed_zone(boot, static_cast<std::size_t>(node - nodes.begin()), zone);
    managed.managed_pages += run.end - run.start;
    added(managed);
  });
}

}  // namespace

void memblock_free_all(Boot& boot) {
  buddy::Handoff handoff = buddy::free_all(
      boot.state.memblock.memory().regions(), boot.state.memblock.reserved().regions(),
      zone_nodes(boot.state), allocator_options(boot.in, boot.state).handoff);
  for (buddy::ZoneFree& free : handoff.zones) {
    for (NodeState& node : boot.state.node_states) {
      if (node.nid != free.nid) continue;
      ZoneState& zone = node.zones[static_cast<std::size_t>(free.type)];
      zone.managed_pages = free.managed_pages;
      zone.lists = buddy::lists_of(free);
      zone.free = std::move(free.free);
      zone.deferred = std::move(free.deferred);
      break;
    }
  }
  PageAllocator& allocator = boot.state.page_allocator;
  allocator.totalram_pages = handoff.totalram_pages;
  for (const NodeState& node : boot.state.node_states) {
    for (const ZoneState& zone : node.zones)
      allocator.zones.push_back({node.nid, zone.zone.type, zone.managed_pages, 0});
  }
  for (const int nid : boot.state.online_nodes) {
    if (std::ranges::binary_search(boot.state.node_states, nid, {}, &NodeState::nid)) continue;
    for (int type = 0; type < zones::kZoneTypes; ++type)
      allocator.zones.push_back({nid, static_cast<zones::ZoneType>(type), 0, 0});
  }
  first_deferred(boot) = std::move(handoff.first_deferred);
  boot.state.pageblocks = std::move(handoff.pageblocks);
  boot.state.handed_over = true;
  if (boot.in.options.follow_pages) follow_pages(boot);
}

namespace {

// Whether zones get pages that are not initialised yet.
enum class Deferred { managed, lost };

// The whole pages of `range` that are memory count in MemTotal. Returns the zone of all of them.
buddy::ZonePages* count_pages(Boot& boot, PhysRange range, std::string_view what,
                              Deferred deferred) {
  const buddy::PageRun pages{raw(pfn_up(range.base())), raw(pfn_down(range.end()))};
  if (pages.start >= pages.end) return nullptr;
  PageAllocator& allocator = boot.state.page_allocator;
  buddy::ZonePages* zone = nullptr;
  bool several = false;
  const auto added = [&](buddy::ZonePages& to) {
    several = several || (zone != nullptr && zone != &to);
    zone = &to;
  };
  const memblock::Regions memory = boot.state.memblock.memory().regions();
  auto r = std::ranges::lower_bound(memory, range.base(), std::ranges::less_equal{},
                                    [](const memblock::Region& m) { return m.range.end(); });
  for (; r != memory.end() && r->range.base() < range.end(); ++r) {
    const buddy::PageRun common{std::max(pages.start, raw(pfn_up(r->range.base()))),
                                std::min(pages.end, raw(pfn_down(r->range.end())))};
    if (common.start >= common.end) continue;
    allocator.totalram_pages += common.end - common.start;
    allocator.given_back.push_back(
        {PhysRange::make(raw(phys_of(Pfn{common.start})), raw(phys_of(Pfn{common.end}))), what,
         boot.story.step()});
    buddy::PageRun managed = common;
    const auto first = first_deferred(boot).find(r->nid);
    if (deferred == Deferred::lost && first != first_deferred(boot).end())
      managed.end = std::min(managed.end, raw(first->second));
    if (managed.start < managed.end) add_to_zones(boot, *r, managed, added);
  }
  return several ? nullptr : zone;
}

}  // namespace

buddy::ZonePages* adjust_managed_page_count(Boot& boot, PhysRange range, std::string_view what) {
  buddy::ZonePages* zone = count_pages(boot, range, what, Deferred::managed);
  const PageAllocator& allocator = boot.state.page_allocator;
  if (boot.in.behaviour.lowmem_reserve_is_kept_up && !allocator.lowmem_reserves.empty())
    setup_per_zone_lowmem_reserve(boot);
  return zone;
}

void memblock_free_late(Boot& boot, PhysRange range) {
  count_pages(boot, range, {}, Deferred::lost);
}

void free_reserved_area(Boot& boot, PhysRange range, std::string_view what) {
  adjust_managed_page_count(boot, range, what);
  const Pfn first = pfn_up(range.base());
  const Pfn end = pfn_down(range.end());
  if (what.empty() || first >= end) return;
  boot.story.tell(
      Severity::info, rule::kFreeReservedArea,
      fmt::format("Freeing {} memory: {}K", what, (raw(end) - raw(first)) << (kPageShift - 10)),
      range);
}

// kernel: deferred_init_memmap(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
void deferred_init_memmap(Boot& boot) {
  const std::map<int, Pfn> first = std::exchange(first_deferred(boot), {});
  if (first.empty()) return;
  const std::uint64_t max_pfn = raw(boot.state.max_pfn);
  buddy::each_free_pages(boot.state.memblock.memory().regions(),
                         boot.state.memblock.reserved().regions(),
                         [&](const memblock::Region& r, Pfn from, Pfn to) {
                           const auto node = first.find(r.nid);
                           if (node == first.end()) return;
                           const buddy::PageRun pages{std::max(raw(from), raw(node->second)),
                                                      std::min(raw(to), max_pfn)};
                           if (pages.start < pages.end)
                             add_to_zones(boot, r, pages, [](const buddy::ZonePages&) {});
                         });
}

// kernel: mem_init_print_info(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
void mem_init_print_info(Boot& boot) {
  PageAllocator& allocator = boot.state.page_allocator;
  const kernel::ImageLayout& image = boot.in.profile.image;
  MemoryLine line;
  for (const NodeState& node : boot.state.node_states) line.phys_pages += node.present_pages;
  line.code = image.etext;
  line.rwdata = image.edata - image.sdata;
  line.rodata = image.end_rodata - image.start_rodata;
  line.bss = image.bss_stop - image.bss_start;
  const auto init_begin = boot.in.profile.place_of(symbol::__init_begin);
  const auto init_end = boot.in.profile.place_of(symbol::__init_end);
  if (init_begin && init_end) line.init = *init_end - *init_begin;
  line.reserved_pages = line.phys_pages - allocator.totalram_pages - allocator.totalcma_pages;
  line.cma_pages = allocator.totalcma_pages;
  // Behind the hand-over only vmalloc's tables have been taken by then; later nobody can tell.
  if (!boot.in.behaviour.memory_is_told_late) {
    std::uint64_t free = 0;
    for (const buddy::ZonePages& zone : allocator.zones) free += zone.managed_pages;
    if (boot.in.behaviour.vmalloc_levels_are_there)
      free -= paging::vmalloc_root_entries(boot.state.page_tables).size();
    line.available_pages = free;
  }
  allocator.memory_line = line;
}

// What memblock grew into, once nobody asks it any more. kernel: memblock_discard(), mm/memblock.c
void memblock_discard(Boot& boot) {
  const auto discard = [&](std::optional<PhysRange> array) {
    if (array)
      free_reserved_area(
          boot, PhysRange::make(raw(array->base()), align_up(raw(array->end()), kPageSize)), {});
  };
  discard(boot.state.memblock.reserved().array);
  discard(boot.state.memblock.memory().array);
}

}  // namespace memmap::boot
