// The reserve for atomic requests: how large a zone must be for one, and who may not count on it.
#include <gtest/gtest.h>

#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

// One Normal of that many pages.
Allocator normal_of(std::uint64_t size) {
  const memblock::Regions memory = {pages(0, size)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, size, size, {zone(ZoneType::normal, 0, size), {ZoneType::movable}}}};
  AllocatorOptions options = Machine::of({6, 12, 117});
  options.handoff.max_low_pfn = Pfn{size};
  return {memory, nodes, free_all(memory, {}, nodes, options.handoff), options};
}

constexpr Request kAtomic{.order = 4, .non_block = true, .min_reserve = true, .highatomic = true};

TEST(AtomicReserve, IsMadeInZonesOfAHundredPageblocks) {
  Allocator enough = normal_of(100 * 512);
  ASSERT_TRUE(enough.alloc(kAtomic));
  EXPECT_EQ(enough.zones()[0].reserved_highatomic, 512u);
  Allocator less = normal_of(100 * 512 - 1);
  ASSERT_TRUE(less.alloc(kAtomic));
  EXPECT_EQ(less.zones()[0].reserved_highatomic, 0u);
}

// kernel: __zone_watermark_unusable_free()
TEST(AtomicReserve, CountsForThoseThatMayUseReserves) {
  Allocator a = normal_of(100 * 512);
  ASSERT_TRUE(a.alloc(kAtomic));
  const LiveZone& z = a.zones()[0];
  const std::uint64_t free = 100 * 512 - 16;
  ASSERT_EQ(z.free.free_pages(), free);
  const auto with_min = [&](std::uint64_t min) {
    a.set_watermarks(std::vector<Watermarks>(2, Watermarks{min, min, min, min}),
                     std::vector<LowmemReserve>(2));
  };
  with_min(free - 1);
  EXPECT_FALSE(a.watermark_ok(z, {.mark = Mark::min}));
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min, .non_block = true}));
  with_min(2 * (free - 1));  // of which half may be used
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min, .min_reserve = true}));
  with_min(free - 513);  // without the pageblock's 512
  EXPECT_TRUE(a.watermark_ok(z, {.mark = Mark::min}));
}

}  // namespace
}  // namespace memmap::buddy
