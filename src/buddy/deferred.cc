#include "buddy/deferred.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/align.h"
#include "base/range_union.h"

namespace memmap::buddy {
namespace {

// The counters that defer_init() keeps between its calls.
class Counter {
 public:
  explicit Counter(const kernel::Behaviour& behaviour)
      : low_zones_reset_(behaviour.deferred_counts_low_zones) {}

  // Initialises [start, end) of a zone, up to `at_once` pages of it. Returns the page frame at which it stops,
  // if it does.
  std::optional<std::uint64_t> run(std::uint64_t start, std::uint64_t end, std::uint64_t zone_end,
                                   bool highest_zone, std::uint64_t at_once) {
    // v6.1 looks at the zone's end before it asks whether the zone is the highest.
    if (highest_zone || low_zones_reset_) {
      if (previous_end_ != zone_end) initialised_ = 0;
      previous_end_ = zone_end;
    }
    if (!highest_zone) return std::nullopt;
    // The first section boundary at which more than that has been counted; the boundary's own page counts.
    const std::uint64_t missing = initialised_ < at_once ? at_once - initialised_ : 0;
    const std::uint64_t stop = align_up(start + missing, kPagesPerSection);
    if (stop < end) return stop;
    initialised_ += end - start;
    return std::nullopt;
  }

 private:
  bool low_zones_reset_;
  std::uint64_t previous_end_ = 0;
  std::uint64_t initialised_ = 0;
};

constexpr std::uint64_t kSectionBytes = kPagesPerSection << kPageShift;

// The parts of a zone that memmap_init_zone() goes through.
// kernel: early_pfn_valid(), early_pfn_in_nid(), v5.4
std::vector<PhysRange> pages_with_section(std::span<const memblock::Region> memory, int nid,
                                          const zones::Zone& zone) {
  std::vector<PhysRange> sections;
  std::vector<PhysRange> others;
  for (const memblock::Region& r : memory) {
    sections.push_back(PhysRange::make(align_down(raw(r.range.base()), kSectionBytes),
                                       align_up(raw(r.range.end()), kSectionBytes)));
    if (r.nid == nid) continue;
    others.push_back(PhysRange::make(align_up(raw(r.range.base()), kPageSize),
                                     align_up(raw(r.range.end()), kPageSize)));
  }
  const std::uint64_t start = raw(phys_of(zone.start_pfn));
  const auto span = PhysRange::make(start, start + (zone.spanned_pages << kPageShift));
  std::vector<PhysRange> out;
  for (const PhysRange section : united(std::move(sections))) {
    if (section.overlaps(span)) out.push_back(section.intersect(span));
  }
  for (const PhysRange other : others) out = without(out, other);
  return out;
}

std::uint64_t of_node(const PagesAtOnce& at_once, int nid) {
  const auto pages = at_once.find(nid);
  return pages == at_once.end() ? kPagesPerSection : pages->second;
}

std::map<int, Pfn> first_deferred_by_page(std::span<const memblock::Region> memory,
                                          std::span<const zones::Node> nodes,
                                          const PagesAtOnce& at_once,
                                          const kernel::Behaviour& behaviour) {
  std::map<int, Pfn> deferred;
  Counter counter(behaviour);
  for (const zones::Node& node : nodes) {
    const std::uint64_t node_end = raw(node.start_pfn) + node.spanned_pages;
    for (const zones::Zone& z : node.zones) {
      const std::uint64_t zone_end = raw(z.start_pfn) + z.spanned_pages;
      if (z.spanned_pages == 0 || zone_end < node_end) continue;
      for (const PhysRange r : pages_with_section(memory, node.nid, z)) {
        if (deferred.contains(node.nid)) break;
        const auto stop = counter.run(raw(pfn_down(r.base())), raw(pfn_down(r.end())), zone_end,
                                      true, of_node(at_once, node.nid));
        if (stop) deferred[node.nid] = Pfn{*stop};
      }
    }
  }
  return deferred;
}

}  // namespace

std::uint64_t pages_at_once(const zones::Node& node, std::span<const memblock::Region> reserved,
                            const kernel::Behaviour& behaviour) {
  if (behaviour.deferred_takes_section) return kPagesPerSection;
  std::uint64_t pages = 2 * kGiB >> kPageShift;
  if (behaviour.deferred_follows_node_size) pages = std::max(pages, node.spanned_pages >> 8);
  if (!behaviour.deferred_adds_reserved) return pages;
  const unsigned shift = behaviour.deferred_confuses_units ? 0 : kPageShift;
  const PhysAddr start{raw(node.start_pfn) << shift};
  const PhysAddr end{(raw(node.start_pfn) + pages) << shift};
  std::uint64_t bytes = 0;
  for (const memblock::Region& r : reserved) {
    if (r.range.end() >= start && r.range.base() <= end) bytes += r.range.size();
  }
  return pages + (bytes >> shift);
}

std::map<int, Pfn> first_deferred(std::span<const memblock::Region> memory,
                                  std::span<const zones::Node> nodes, bool kernelcore_mirror,
                                  const PagesAtOnce& at_once, const kernel::Behaviour& behaviour) {
  if (!behaviour.init_by_region) return first_deferred_by_page(memory, nodes, at_once, behaviour);
  std::map<int, Pfn> deferred;
  Counter counter(behaviour);
  for (const memblock::Region& r : memory) {
    const auto node = std::find_if(nodes.begin(), nodes.end(),
                                   [&](const zones::Node& n) { return n.nid == r.nid; });
    if (node == nodes.end()) continue;
    const std::uint64_t node_end = raw(node->start_pfn) + node->spanned_pages;
    for (const zones::Zone& z : node->zones) {
      if (!z.present_pages) continue;
      const std::uint64_t zone_end = raw(z.start_pfn) + z.spanned_pages;
      const std::uint64_t start = std::max(raw(pfn_up(r.range.base())), raw(z.start_pfn));
      const std::uint64_t end = std::min(raw(pfn_down(r.range.end())), zone_end);
      if (start >= end) continue;
      // Mirrored memory was initialised with its other zone. kernel: overlap_memmap_init()
      const bool other_zone = kernelcore_mirror && z.type == zones::ZoneType::movable &&
                              (r.flags & memblock::kMirror) != 0;
      if (other_zone) continue;
      const bool highest = zone_end >= node_end;
      if (highest && deferred.contains(r.nid)) continue;
      if (const auto stop =
              counter.run(start, end, zone_end, highest, of_node(at_once, node->nid))) {
        deferred[r.nid] = Pfn{*stop};
      }
    }
  }
  return deferred;
}

}  // namespace memmap::buddy
