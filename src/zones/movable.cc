#include "zones/movable.h"

#include <algorithm>
#include <string>

#include "base/align.h"
#include "zones/form.h"

namespace memmap::zones {
namespace {

using Starts = std::map<int, std::uint64_t>;  // by node; 0: not set yet

constexpr std::uint64_t kPages4G = raw(kMaxDma32Pfn);

struct Pages {
  std::uint64_t start;
  std::uint64_t end;
};

// The whole pages of each region that has one, by node. kernel: for_each_mem_pfn_range()
std::map<int, std::vector<Pages>> whole_pages(std::span<const memblock::Region> memory) {
  std::map<int, std::vector<Pages>> pages;
  for (const memblock::Region& r : memory) {
    const std::uint64_t start = raw(pfn_up(r.range.base()));
    const std::uint64_t end = raw(pfn_down(r.range.end()));
    if (start < end) pages[r.nid].push_back({start, end});
  }
  return pages;
}

void lower(Starts& starts, int nid, std::uint64_t pfn) {
  std::uint64_t& start = starts[nid];
  start = start ? std::min(pfn, start) : pfn;
}

void warn(Events& events, std::string text) {
  events.push_back({Severity::warning,
                    "find_zone_movable_pfns_for_nodes",
                    Rule{"find_zone_movable_pfns_for_nodes", "mm/mm_init.c, v6.12"},
                    std::move(text),
                    {}});
}

Starts by_hotplug(std::span<const memblock::Region> memory, const kernel::Behaviour& behaviour) {
  Starts starts;
  for (const memblock::Region& r : memory) {
    if (!(r.flags & memblock::kHotplug)) continue;
    // Firmware's blocks are whole pages.
    lower(starts, r.nid,
          raw(behaviour.movable_rounds_down ? pfn_down(r.range.base()) : pfn_up(r.range.base())));
  }
  return starts;
}

Starts by_mirror(std::span<const memblock::Region> memory, Events& events) {
  Starts starts;
  bool unmirrored_low = false;
  for (const memblock::Region& r : memory) {
    if (r.flags & memblock::kMirror) continue;
    const std::uint64_t start = raw(pfn_up(r.range.base()));
    if (start < kPages4G) {
      unmirrored_low = true;
    } else {
      lower(starts, r.nid, start);
    }
  }
  if (unmirrored_low) warn(events, "This configuration results in unmirrored kernel memory.");
  return starts;
}

// Pages of kernelcore by the sizes and percentages given; 0: there is no ZONE_MOVABLE.
std::uint64_t required_kernelcore(std::uint64_t total, const MovableOptions& o,
                                  std::uint64_t max_block) {
  std::uint64_t core = o.kernelcore_pages;
  std::uint64_t movable = o.movablecore_pages;
  if (o.kernelcore_percent) core = total * 100 * o.kernelcore_percent / 10000;
  if (o.movablecore_percent) movable = total * 100 * o.movablecore_percent / 10000;
  if (movable) {
    movable = std::min(total, align_up(movable, max_block));
    core = std::max(core, total - movable);
  }
  return core >= total ? 0 : core;
}

// Gives the kernel its share of one node, at most `share` pages, from the node's lowest page on.
// Returns how much of `required` is left.
std::uint64_t take_from_node(const std::vector<Pages>& pages, std::uint64_t lowest,
                             std::uint64_t share, std::uint64_t required, std::uint64_t& movable) {
  for (const Pages& p : pages) {
    std::uint64_t start = std::max(p.start, movable);
    if (start >= p.end) continue;
    if (start < lowest) {
      // Below the highest zone all memory is the kernel's anyway.
      const std::uint64_t fixed = std::min(p.end, lowest) - start;
      share -= std::min(fixed, share);
      required -= std::min(fixed, required);
      if (p.end <= lowest) {
        movable = p.end;  // not counted again in the next round
        continue;
      }
      start = lowest;
    }
    const std::uint64_t taken = std::min(p.end - start, share);
    movable = start + taken;
    required -= std::min(required, taken);
    share -= taken;
    if (!share) break;
  }
  return required;
}

Starts by_size(std::span<const memblock::Region> memory, std::uint64_t lowest,
               const MovableOptions& options, std::uint64_t max_block) {
  const std::map<int, std::vector<Pages>> pages = whole_pages(memory);
  std::uint64_t total = 0;
  Starts starts;
  for (const auto& [nid, of_node] : pages) {
    for (const Pages& p : of_node) total += p.end - p.start;
    starts[nid] = 0;
  }
  std::uint64_t required = required_kernelcore(total, options, max_block);
  if (!required) return {};
  // While nodes give less than their share there is another round, which counts one node fewer.
  for (std::uint64_t nodes = starts.size(); nodes; --nodes) {
    std::uint64_t share = required / nodes;
    for (const auto& [nid, of_node] : pages) {
      if (required < share) share = required / nodes;
      required = take_from_node(of_node, lowest, share, required, starts[nid]);
    }
    if (required <= nodes - 1) break;
  }
  return starts;
}

}  // namespace

std::map<int, Pfn> movable_starts(std::span<const memblock::Region> memory, Pfn lowest,
                                  const MovableOptions& options, unsigned max_page_order,
                                  const kernel::Behaviour& behaviour, Events& events) {
  const std::uint64_t max_block = 1ull << max_page_order;
  const bool has_mirror = std::any_of(memory.begin(), memory.end(), [](const memblock::Region& r) {
    return (r.flags & memblock::kMirror) != 0;
  });
  Starts starts;
  if (options.movable_node) {
    starts = by_hotplug(memory, behaviour);
  } else if (options.kernelcore_mirror && !has_mirror && behaviour.mirror_needs_mirrored) {
    warn(events, "The system has no mirror memory, ignore kernelcore=mirror.");
  } else if (options.kernelcore_mirror) {
    starts = by_mirror(memory, events);
  } else {
    starts = by_size(memory, raw(lowest), options, max_block);
  }

  std::map<int, Pfn> result;
  for (const auto& [nid, start] : starts) {
    const std::uint64_t rounded = align_up(start, max_block);
    if (rounded && rounded < raw(node_range(memory, nid).end)) result[nid] = Pfn{rounded};
  }
  return result;
}

}  // namespace memmap::zones
