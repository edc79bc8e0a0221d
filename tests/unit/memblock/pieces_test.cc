#include <gtest/gtest.h>

#include "memblock/memblock.h"
#include "memblock/pieces_by_size.h"

namespace memmap::memblock {
namespace {

using literals::operator""_pa;
using Ranges = std::vector<PhysRange>;

// The front of the smallest free range.
struct Smallest : AllocationPolicy {
  std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
    const auto piece = ranges.smallest_piece(0);
    return piece ? std::optional(piece->base()) : std::nullopt;
  }
};

TEST(Pieces, LieBeforeAndBehindWholeBlocks) {
  const struct {
    PhysRange range;
    std::uint64_t grain;
    Ranges want;
  } cases[] = {
      {PhysRange::make(0x1000, 0x9000), 0, {PhysRange::make(0x1000, 0x9000)}},
      {PhysRange::make(0x1000, 0x9000),
       0x4000,
       {PhysRange::make(0x1000, 0x4000), PhysRange::make(0x8000, 0x9000)}},
      {PhysRange::make(0x4000, 0x9000), 0x4000, {PhysRange::make(0x8000, 0x9000)}},
      {PhysRange::make(0x1000, 0x8000), 0x4000, {PhysRange::make(0x1000, 0x4000)}},
      {PhysRange::make(0x4000, 0x8000), 0x4000, {}},
      // No whole block: across a boundary, up to one, and where rounding up wraps.
      {PhysRange::make(0x1000, 0x7000), 0x4000, {PhysRange::make(0x1000, 0x7000)}},
      {PhysRange::make(0x1000, 0x4000), 0x4000, {PhysRange::make(0x1000, 0x4000)}},
      {PhysRange::make(~0xfffull, ~0ull), 0x4000, {PhysRange::make(~0xfffull, ~0ull)}},
  };
  for (const auto& c : cases) EXPECT_EQ(pieces_of(c.range, c.grain), c.want) << c.range.size();
}

TEST(Pieces, AsTheFirstSearchFindsSoDoTheNext) {
  Smallest policy;
  Memblock mb(kernel::behaviour_of(kernel::Version{6, 12, 0}, 6));
  mb.set_policies(&policy, nullptr);
  mb.add(0x10000_pa, 0x4000);
  mb.add(0x20000_pa, 0x2000);
  mb.add(0x30000_pa, 0x2000);
  for (const std::uint64_t want : {0x30000u, 0x31000u, 0x20000u}) {
    EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), PhysAddr{want});
  }
  mb.phys_free(0x30000_pa, 0x1000);  // as small as what is left of [0x20000, 0x22000), and higher
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x30000_pa);
  mb.remove(0x20000_pa, 0x2000);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x10000_pa);
  EXPECT_EQ(mb.phys_alloc(0x4000, 0x1000), std::nullopt);
}

TEST(Pieces, HoldABlockWhereOneIsAligned) {
  const PhysRange piece = PhysRange::make(0x1800, 0x2800);
  const auto holds = [&](std::uint64_t size, std::uint64_t align) {
    return holds_block(piece, {.size = size, .align = align});
  };
  EXPECT_TRUE(holds(0x1000, 0x800));
  EXPECT_TRUE(holds(0x800, 0x1000));
  EXPECT_FALSE(holds(0x1000, 0x1000));
  EXPECT_FALSE(holds(0x801, 0x1000));
  EXPECT_FALSE(holds(0x1001, 1));
}

// Two changes within one piece, one of which came to nothing.
TEST(Pieces, ChangesOfOneLeaveNoOthers) {
  Smallest policy;
  Memblock mb(kernel::behaviour_of(kernel::Version{6, 12, 0}, 6));
  mb.set_policies(&policy, nullptr);
  mb.add(0x10000_pa, 0x10000);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(mb.find_in_range(0_pa, kAllocAccessible, 0x1000, 0x1000), 0x10000_pa);
  mb.reserve(0x12000_pa, 0x1000);
  mb.reserve(0x18000_pa, 0x1000);
  mb.phys_free(0x18000_pa, 0x1000);
  EXPECT_EQ(mb.find_in_range(0_pa, kAllocAccessible, 0x1000, 0x1000), 0x10000_pa);
  EXPECT_EQ(mb.find_in_range(0_pa, kAllocAccessible, 0xd000, 0x1000), 0x13000_pa);
}

TEST(Pieces, ManyKindsOfRequestForgetTheOldest) {
  RegionList memory;
  memory.assign({{PhysRange::make(0x1000, 0x9000), 0, 0}});
  const RegionList reserved;
  PiecesBySize pieces;
  int walks = 0;
  const auto ask = [&](std::uint64_t end) {
    const FindRequest request{.size = 1, .limits = PhysRange::make(0, end)};
    return pieces.smallest(
        request, 0, memory, reserved,
        [&](std::uint64_t after, std::uint64_t stop) -> std::optional<PhysRange> {
          ++walks;
          if (after >= std::min<std::uint64_t>(stop, 0x9000)) return {};
          return PhysRange::make(std::max<std::uint64_t>(after, 0x1000),
                                 std::min<std::uint64_t>(stop, 0x9000));
        });
  };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(0x8000), PhysRange::make(0x1000, 0x8000));
  EXPECT_EQ(walks, 4);  // two of the first, two of the second, which is kept
  for (std::uint64_t end = 0x3000; end < 0x7000; end += 0x1000) ask(end);
  walks = 0;
  ask(0x8000);
  EXPECT_EQ(walks, 2);
}

}  // namespace
}  // namespace memmap::memblock
