#include "buddy/watermarks.h"

#include <algorithm>

#include "base/address.h"
#include "base/check.h"

namespace memmap::buddy {
namespace {

constexpr std::uint64_t kPageKib = kPageSize >> 10;

// The largest whole number whose square is not above `value`.
std::uint64_t square_root(std::uint64_t value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = 1ull << 31; bit != 0; bit >>= 1) {
    const std::uint64_t more = root | bit;
    if (more <= value / more) root = more;
  }
  return root;
}

// value * part / whole, rounded down, without a product that overflows.
std::uint64_t fraction(std::uint64_t value, std::uint64_t part, std::uint64_t whole) {
  return value / whole * part + value % whole * part / whole;
}

bool is_movable(const ZonePages& zone) { return zone.type == zones::ZoneType::movable; }

}  // namespace

std::uint64_t free_buffer_pages(std::span<const ZonePages> zones,
                                std::span<const Watermarks> marks) {
  MEMMAP_CHECK(marks.empty() || marks.size() == zones.size(), "one for each zone, or none");
  std::uint64_t pages = 0;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (is_movable(zones[i])) continue;
    const std::uint64_t high = marks.empty() ? 0 : marks[i].high;
    if (zones[i].managed_pages > high) pages += zones[i].managed_pages - high;
  }
  return pages;
}

std::uint64_t min_free_kbytes(std::uint64_t free_buffer_pages, const kernel::Behaviour& behaviour) {
  const std::uint64_t most = behaviour.min_free_reaches_256m ? 262144 : 65536;
  return std::clamp<std::uint64_t>(square_root(free_buffer_pages * kPageKib * 16), 128, most);
}

std::vector<Watermarks> watermarks(std::span<const ZonePages> zones, std::uint64_t min_free_kbytes,
                                   unsigned scale_factor, const kernel::Behaviour& behaviour) {
  const bool spares_movable = behaviour.watermarks_spare_movable;
  const std::uint64_t pages_min = min_free_kbytes / kPageKib;
  std::uint64_t lowmem_pages = 0;
  for (const ZonePages& z : zones) {
    if (!spares_movable || !is_movable(z)) lowmem_pages += z.managed_pages;
  }
  std::vector<Watermarks> marks;
  for (const ZonePages& z : zones) {
    // The kernel divides by 0 on a machine without such pages.
    const std::uint64_t share = lowmem_pages ? pages_min * z.managed_pages / lowmem_pages : 0;
    Watermarks m;
    m.min = spares_movable && is_movable(z)
                ? std::clamp<std::uint64_t>(z.managed_pages / 1024, 32, 128)
                : share;
    const std::uint64_t gap = std::max(share / 4, fraction(z.managed_pages, scale_factor, 10000));
    m.low = m.min + gap;
    m.high = m.low + gap;
    m.promo = m.high + gap;
    marks.push_back(m);
  }
  return marks;
}

std::vector<LowmemReserve> lowmem_reserves(std::span<const ZonePages> zones,
                                           std::span<const unsigned, zones::kZoneTypes> ratio) {
  std::vector<LowmemReserve> reserves(zones.size());
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const unsigned divisor = ratio[static_cast<std::size_t>(zones[i].type)];
    if (divisor == 0 || zones[i].managed_pages == 0) continue;
    std::uint64_t above = 0;
    for (std::size_t j = i + 1; j < zones.size() && zones[j].nid == zones[i].nid; ++j) {
      above += zones[j].managed_pages;
      reserves[i][static_cast<std::size_t>(zones[j].type)] = above / divisor;
    }
  }
  return reserves;
}

std::uint64_t totalreserve_pages(std::span<const ZonePages> zones,
                                 std::span<const Watermarks> marks,
                                 std::span<const LowmemReserve> reserves) {
  MEMMAP_CHECK(marks.size() == zones.size() && reserves.size() == zones.size(),
               "one for each zone");
  std::uint64_t pages = 0;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const std::uint64_t kept = *std::ranges::max_element(reserves[i]) + marks[i].high;
    pages += std::min(kept, zones[i].managed_pages);
  }
  return pages;
}

}  // namespace memmap::buddy
