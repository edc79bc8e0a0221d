#include "buddy/deferred.h"

#include <algorithm>
#include <optional>

#include "base/align.h"

namespace memmap::buddy {
namespace {

// The counters that defer_init() keeps between its calls.
class Counter {
 public:
  explicit Counter(kernel::Version version)
      : low_zones_reset_(version < kernel::Version{6, 12, 0}) {}

  // Initialises [start, end) of a zone. The page frame at which it stops, if it does.
  std::optional<std::uint64_t> run(std::uint64_t start, std::uint64_t end, std::uint64_t zone_end,
                                   bool highest_zone) {
    // v6.1 looks at the zone's end before it asks whether the zone is the highest.
    if (highest_zone || low_zones_reset_) {
      if (previous_end_ != zone_end) initialised_ = 0;
      previous_end_ = zone_end;
    }
    if (!highest_zone) return std::nullopt;
    // The first section boundary at which more than one section's worth has been counted; the
    // boundary's own page counts.
    const std::uint64_t missing =
        initialised_ < kPagesPerSection ? kPagesPerSection - initialised_ : 0;
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

}  // namespace

std::map<int, Pfn> first_deferred(std::span<const memblock::Region> memory,
                                  std::span<const zones::Node> nodes, bool kernelcore_mirror,
                                  kernel::Version version) {
  std::map<int, Pfn> deferred;
  Counter counter(version);
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
      if (const auto stop = counter.run(start, end, zone_end, highest)) {
        deferred[r.nid] = Pfn{*stop};
      }
    }
  }
  return deferred;
}

}  // namespace memmap::buddy
