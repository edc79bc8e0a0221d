// Which zone of its node a page belongs to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/address.h"
#include "zones/zones.h"

namespace memmap::buddy {

// Gives each page of [start, end), all memory of one node, to its zone: the highest that spans it,
// but for mirrored memory, which is not in Movable (`not_movable`). Calls `take(zone, start, end)`
// in ascending order; `zone` is a place in `zones`, of which the first `count` are tried.
template <class Take>
void each_zone_piece(std::uint64_t start, std::uint64_t end, std::span<const zones::Zone> zones,
                     std::size_t count, bool not_movable, const Take& take) {
  while (count > 0) {
    --count;
    const zones::Zone& z = zones[count];
    if (not_movable && z.type == zones::ZoneType::movable) continue;
    const std::uint64_t z_start = raw(z.start_pfn);
    const std::uint64_t common = std::max(start, z_start);
    const std::uint64_t common_end = std::min(end, z_start + z.spanned_pages);
    if (common >= common_end) continue;
    if (start < common) each_zone_piece(start, common, zones, count, not_movable, take);
    take(count, common, common_end);
    if (common_end >= end) return;
    start = common_end;
  }
}

}  // namespace memmap::buddy
