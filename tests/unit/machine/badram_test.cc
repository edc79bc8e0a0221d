// GRUB's pairs of address and mask.
#include "machine/badram.h"

#include <gtest/gtest.h>

#include "base/range_union.h"

namespace memmap {
namespace {

const std::vector<PhysRange> kRam{PhysRange::make(kMiB, kGiB), PhysRange::make(4 * kGiB, 5 * kGiB)};

TEST(BadramPieces, NamesWhatTheMaskLeavesOpen) {
  const BadramPair page{{}, 0x12345000, 0xfffffffffffff000};
  EXPECT_EQ(badram_pieces(page, kRam, 9), std::vector{PhysRange::make(0x12345000, 0x12346000)});
  const BadramPair short_mask{{}, 0x12345000, 0xfffff000};
  EXPECT_EQ(badram_pieces(short_mask, kRam, 9).size(), 2u);
  EXPECT_EQ(badram_pieces(short_mask, kRam, 1).size(), 1u);
  EXPECT_TRUE(badram_pieces({{}, 0x8000000000, 0xfffffffffffff000}, kRam, 9).empty());
}

// Whatever the range: its pairs name it, and nothing else.
TEST(AddBadramPairs, IsTheRange) {
  for (const PhysRange range :
       {PhysRange::make(0x100000, 0x101000), PhysRange::make(0x101000, 0x10f000),
        PhysRange::make(0x3ff000, 0x801000), PhysRange::make(kMiB, kGiB)}) {
    std::vector<BadramPair> pairs;
    add_badram_pairs(range, pairs);
    std::vector<PhysRange> named;
    for (const BadramPair& pair : pairs) {
      for (const PhysRange r : badram_pieces(pair, {PhysRange::make(0, 2 * kGiB)}, 9))
        named.push_back(r);
    }
    EXPECT_EQ(united(named), std::vector{range});
  }
}

TEST(BadramPairs, StopAtWhatIsNone) {
  EXPECT_EQ(badram_pairs("0x1000,0xfffff000,0x2000").size(), 1u);
  EXPECT_EQ(badram_pairs("1000,fffff000,x,y,2000,fffff000").size(), 1u);
  EXPECT_EQ(badram_pairs("0x1000,0xfffff000").front().text, "0x1000,0xfffff000");
}

}  // namespace
}  // namespace memmap
