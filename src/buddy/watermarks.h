// How many free pages each zone keeps: watermarks, and what lower zones keep from higher ones'
// requests.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/behaviour.h"
#include "zones/zones.h"

namespace memmap::buddy {

// A zone with its managed pages at the moment that is asked for. All functions here take every zone
// of every node, empty ones too, a node's zones in a row and by type; what they return is in the
// zones' order.
struct ZonePages {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma;
  std::uint64_t managed_pages = 0;
  std::uint64_t cma_pages = 0;  // of these, in areas that are CMA's
};

// In pages, without a boost. kernel: enum zone_watermarks
struct Watermarks {
  std::uint64_t min = 0;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t promo = 0;

  friend bool operator==(const Watermarks&, const Watermarks&) = default;
};

// The pages that a zone keeps from a request which could use zones up to the index; /proc/zoneinfo
// calls it protection. kernel: zone->lowmem_reserve
using LowmemReserve = std::array<std::uint64_t, zones::kZoneTypes>;

inline constexpr unsigned kWatermarkScaleFactor = 10;  // watermark_scale_factor, of 10000
// sysctl_lowmem_reserve_ratio; 0: nothing is kept.
inline constexpr std::array<unsigned, zones::kZoneTypes> kLowmemReserveRatio = {256, 256, 32, 0};

// The pages above the high watermarks of all zones but Movable. `marks`: one for each of `zones`,
// or none: all are 0 still. kernel: nr_free_buffer_pages(), mm/page_alloc.c
std::uint64_t free_buffer_pages(std::span<const ZonePages> zones,
                                std::span<const Watermarks> marks = {});

// The square root of 16 times as many KiB, within bounds; in KiB.
// kernel: calculate_min_free_kbytes(), mm/page_alloc.c, v6.12
std::uint64_t min_free_kbytes(std::uint64_t free_buffer_pages, const kernel::Behaviour& behaviour);

// Each zone's share of `min_free_kbytes`; low, high and promo lie above it, a quarter of the share
// or `scale_factor` ten-thousandths of the zone apart, whichever is more. `scale_factor` is at most
// 3000. kernel: __setup_per_zone_wmarks(), mm/page_alloc.c, v6.12
std::vector<Watermarks> watermarks(std::span<const ZonePages> zones, std::uint64_t min_free_kbytes,
                                   unsigned scale_factor, const kernel::Behaviour& behaviour);

// Of each zone, by the highest zone that a request may use: the pages of the zones above it up to
// that one, divided by the zone's ratio. Computed when init_per_zone_wmark_min() runs, and, with
// Behaviour::lowmem_reserve_is_kept_up, of the managed pages at any time later.
// kernel: setup_per_zone_lowmem_reserve(), mm/page_alloc.c, v6.12
std::vector<LowmemReserve> lowmem_reserves(
    std::span<const ZonePages> zones,
    std::span<const unsigned, zones::kZoneTypes> ratio = kLowmemReserveRatio);

// The pages that page cache and anonymous memory cannot count on; `marks` and `reserves` as above.
// kernel: calculate_totalreserve_pages(), mm/page_alloc.c, v6.12
std::uint64_t totalreserve_pages(std::span<const ZonePages> zones,
                                 std::span<const Watermarks> marks,
                                 std::span<const LowmemReserve> reserves);

}  // namespace memmap::buddy
