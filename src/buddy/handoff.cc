#include "buddy/handoff.h"

#include <algorithm>

#include "base/align.h"
#include "base/blocks.h"
#include "buddy/deferred.h"
#include "buddy/free_pages.h"
#include "buddy/zone_pages.h"

namespace memmap::buddy {
namespace {

using Deferred = std::map<int, Pfn>;

// Knows in which pageblocks memmap_init_range() has set the migrate type.
class Pageblocks {
 public:
  Pageblocks(std::span<const memblock::Region> memory, std::span<const zones::Node> nodes,
             const Deferred& deferred, const Options& options)
      : memory_(memory),
        nodes_(nodes),
        deferred_(deferred),
        size_(1ull << options.pageblock_order),
        by_page_(!options.behaviour.init_by_region) {}

  MigrateType type(std::uint64_t pfn) {
    const std::uint64_t block = align_down(pfn, size_);
    if (block != last_block_ || !known_) {
      last_type_ = visited(block) ? MigrateType::movable : MigrateType::unmovable;
      last_block_ = block;
      known_ = true;
    }
    return last_type_;
  }

 private:
  bool visited(std::uint64_t pfn) const {
    const PhysAddr at = phys_of(Pfn{pfn});
    auto r = std::upper_bound(
        memory_.begin(), memory_.end(), at,
        [](PhysAddr a, const memblock::Region& region) { return a < region.range.base(); });
    if (by_page_) return visited_by_page(pfn, r);
    if (r == memory_.begin()) return false;
    --r;
    if (pfn >= raw(pfn_down(r->range.end()))) return false;
    return initialised(r->nid, pfn);
  }

  // Holes too, in every zone that spans them. `next` is the first region behind. The block has a
  // free page, so its section is there. kernel: memmap_init_zone(), mm/page_alloc.c, v5.4
  bool visited_by_page(std::uint64_t pfn, std::span<const memblock::Region>::iterator next) const {
    const bool hole = next == memory_.begin() || phys_of(Pfn{pfn}) >= (next - 1)->range.end();
    for (const zones::Node& node : nodes_) {
      if (!hole && (next - 1)->nid != node.nid) continue;
      for (const zones::Zone& z : node.zones) {
        const std::uint64_t start = raw(z.start_pfn);
        if (pfn < start || pfn >= start + z.spanned_pages) continue;
        if (initialised(node.nid, pfn)) return true;
      }
    }
    return false;
  }

  bool initialised(int nid, std::uint64_t pfn) const {
    const auto d = deferred_.find(nid);
    return d == deferred_.end() || pfn < raw(d->second);
  }

  std::span<const memblock::Region> memory_;
  std::span<const zones::Node> nodes_;
  const Deferred& deferred_;
  std::uint64_t size_;
  bool by_page_;  // pages are initialised one by one, not region by region
  bool known_ = false;
  std::uint64_t last_block_ = 0;
  MigrateType last_type_ = MigrateType::unmovable;
};

void append(std::vector<PageRun>& runs, PageRun r) {
  if (!runs.empty() && runs.back().end == r.start) {
    runs.back().end = r.end;
  } else {
    runs.push_back(r);
  }
}

FreeArea free_area(std::span<const PageRun> runs, unsigned max_order, Pageblocks& pageblocks) {
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

}  // namespace

Handoff free_all(std::span<const memblock::Region> memory,
                 std::span<const memblock::Region> reserved, std::span<const zones::Node> nodes,
                 const Options& options) {
  Handoff handoff;
  if (options.deferred_init) {
    handoff.first_deferred =
        first_deferred(memory, nodes, options.kernelcore_mirror, options.behaviour);
  }

  std::map<int, std::size_t> node_of;
  std::vector<std::vector<std::vector<PageRun>>> runs(nodes.size());  // by node, zone
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    node_of[nodes[i].nid] = i;
    runs[i].resize(nodes[i].zones.size());
  }

  each_free_pages(memory, reserved, [&](const memblock::Region& r, Pfn first, Pfn end) {
    PageRun run{raw(first), std::min(raw(end), raw(options.max_low_pfn))};
    if (run.start >= run.end) return;
    handoff.totalram_pages += run.end - run.start;
    const auto node = node_of.find(r.nid);
    if (node == node_of.end()) return;
    const auto deferred = handoff.first_deferred.find(r.nid);
    if (deferred != handoff.first_deferred.end()) {
      run.end = std::min(run.end, raw(deferred->second));
      if (run.start >= run.end) return;
    }
    const auto& node_zones = nodes[node->second].zones;
    const bool not_movable = options.kernelcore_mirror && (r.flags & memblock::kMirror) != 0;
    each_zone_pages(run, node_zones, not_movable, [&](std::size_t zone, PageRun pages) {
      append(runs[node->second][zone], pages);
    });
  });

  Pageblocks pageblocks(memory, nodes, handoff.first_deferred, options);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t z = 0; z < nodes[i].zones.size(); ++z) {
      ZoneFree zone{.nid = nodes[i].nid, .type = nodes[i].zones[z].type};
      for (const PageRun& run : runs[i][z]) zone.managed_pages += run.end - run.start;
      zone.free = free_area(runs[i][z], options.max_page_order, pageblocks);
      handoff.zones.push_back(std::move(zone));
    }
  }
  return handoff;
}

}  // namespace memmap::buddy
