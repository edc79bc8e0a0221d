// To which zone of its node a page belongs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/address.h"
#include "zones/zones.h"

namespace memmap::buddy {

// Page frame numbers, half-open.
struct PageRun {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

// Calls `take(zone, run)` with what of `run` belongs to each of the node's zones, `zone` an index
// into `node_zones`, ascending by page: a page's zone is the highest that spans it, but for mirrored
// memory under kernelcore=mirror (`not_movable`), which is not in Movable. What no zone spans is
// left out. kernel: memmap_init(), memmap_init_zone_range(), mm/mm_init.c, v6.12
template <class Take>
void each_zone_pages(PageRun run, std::span<const zones::Zone> node_zones, bool not_movable,
                     const Take& take) {
  for (std::size_t zone = node_zones.size(); zone > 0;) {
    const zones::Zone& z = node_zones[--zone];
    if (not_movable && z.type == zones::ZoneType::movable) continue;
    const std::uint64_t z_start = raw(z.start_pfn);
    const PageRun common{std::max(run.start, z_start),
                         std::min(run.end, z_start + z.spanned_pages)};
    if (common.start >= common.end) continue;
    if (run.start < common.start)
      each_zone_pages({run.start, common.start}, node_zones.first(zone), not_movable, take);
    take(zone, common);
    if (common.end >= run.end) return;
    run.start = common.end;
  }
}

}  // namespace memmap::buddy
