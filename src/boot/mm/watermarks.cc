#include "boot/mm/watermarks.h"

#include <algorithm>

#include "buddy/watermarks.h"

namespace memmap::boot {
namespace {

void total_reserve(PageAllocator& a) {
  a.totalreserve_pages = buddy::totalreserve_pages(a.zones, a.watermarks, a.lowmem_reserves);
}

// kernel: setup_per_zone_wmarks(), mm/page_alloc.c, v6.12
void setup_per_zone_wmarks(Boot& boot) {
  PageAllocator& a = boot.state.page_allocator;
  a.watermarks = buddy::watermarks(a.zones, a.min_free_kbytes, buddy::kWatermarkScaleFactor,
                                   boot.in.behaviour);
  total_reserve(a);
}

void calculate_min_free_kbytes(Boot& boot) {
  PageAllocator& a = boot.state.page_allocator;
  a.min_free_kbytes =
      buddy::min_free_kbytes(buddy::free_buffer_pages(a.zones, a.watermarks), boot.in.behaviour);
}

// kernel: setup_transparent_hugepage(), mm/huge_memory.c, v6.12
bool wants_huge_pages(const Boot& boot) {
  bool wants = !boot.in.profile.has(config::TRANSPARENT_HUGEPAGE_NEVER);
  for (const auto& value : boot.in.values_of("transparent_hugepage")) {
    if (value == "always" || value == "madvise") wants = true;
    if (value == "never") wants = false;
  }
  return wants;
}

// In pages: so many that in each zone whole pageblocks are free of each migrate type.
std::uint64_t recommended_min(const Boot& boot) {
  constexpr std::uint64_t kTypes = 3;  // MIGRATE_PCPTYPES
  const PageAllocator& a = boot.state.page_allocator;
  std::uint64_t zones = 0;
  for (const NodeState& node : boot.state.node_states) {
    for (const ZoneState& z : node.zones) {
      if (z.zone.present_pages != 0 && z.zone.type != zones::ZoneType::movable) ++zones;
    }
  }
  const std::uint64_t wanted = (zones * (2 + kTypes * kTypes)) << boot.in.profile.pageblock_order;
  return std::min(wanted, buddy::free_buffer_pages(a.zones, a.watermarks) / 20);
}

}  // namespace

void setup_per_zone_lowmem_reserve(Boot& boot) {
  PageAllocator& a = boot.state.page_allocator;
  a.lowmem_reserves = buddy::lowmem_reserves(a.zones);
  total_reserve(a);
}

// kernel: init_per_zone_wmark_min(), mm/page_alloc.c, v6.1 and v6.12
void init_per_zone_wmark_min(Boot& boot) {
  boot.state.page_allocator.lowmem_reserves =
      buddy::lowmem_reserves(boot.state.page_allocator.zones);
  calculate_min_free_kbytes(boot);
  setup_per_zone_wmarks(boot);
}

// Not on a small machine. kernel: hugepage_init(), mm/huge_memory.c;
// set_recommended_min_free_kbytes(), mm/khugepaged.c, v6.1 and v6.12
void hugepage_init(Boot& boot) {
  PageAllocator& a = boot.state.page_allocator;
  if (a.totalram_pages < (512 * kMiB) >> kPageShift) return;
  if (!wants_huge_pages(boot)) {
    calculate_min_free_kbytes(boot);
  } else if (const std::uint64_t kib = recommended_min(boot) << (kPageShift - 10);
             kib > a.min_free_kbytes) {
    a.min_free_kbytes = kib;
  }
  setup_per_zone_wmarks(boot);
}

}  // namespace memmap::boot
