#include "memblock/no_room.h"

#include <gtest/gtest.h>

namespace memmap::memblock {
namespace {

FindRequest request(std::uint64_t base, std::uint64_t end, std::uint64_t size,
                    std::uint64_t align = 1) {
  return {.size = size, .align = align, .limits = PhysRange::make(base, end)};
}

//   limits   [0x1000                              0x9000)
//   found                     0x4000
//   known                          xxxxxxxxxxxxxxxxxxxxx   no block of 0x1000 begins here
TEST(NoRoom, ASearchEndsWhereTheOneBeforeItFound) {
  NoRoom no_room;
  no_room.learn_down(request(0x1000, 0x9000, 0x1000), PhysAddr{0x4000});
  const auto left = [&](FindRequest r) { return no_room.left_down(r); };
  EXPECT_EQ(left(request(0x1000, 0x9000, 0x1000)), PhysRange::make(0x1000, 0x5000));
  EXPECT_EQ(left(request(0, 0x8000, 0x1000)), PhysRange::make(0, 0x5000));
  EXPECT_EQ(left(request(0x1000, 0x9000, 0x2000)), PhysRange::make(0x1000, 0x6000));
  EXPECT_EQ(left(request(0x1000, 0x9000, 0x1000, 0x40)), PhysRange::make(0x1000, 0x5000));
  EXPECT_TRUE(left(request(0x6000, 0x9000, 0x1000)).empty());
}

TEST(NoRoom, KnowsNothingOfSmallerBlocksOrOtherMemory) {
  NoRoom no_room;
  no_room.learn_down(request(0x1000, 0x9000, 0x1000, 0x40), PhysAddr{0x4000});
  FindRequest other = request(0x1000, 0x9000, 0x1000, 0x40);
  other.nid = 1;
  FindRequest flagged = request(0x1000, 0x9000, 0x1000, 0x40);
  flagged.flags = 2;
  for (const FindRequest& r :
       {request(0x1000, 0x9000, 0xfff, 0x40), request(0x1000, 0x9000, 0x1000, 0x20),
        request(0x1000, 0x9001, 0x1000, 0x40), other, flagged}) {
    EXPECT_EQ(no_room.left_down(r), r.limits);
  }
}

TEST(NoRoom, AFruitlessSearchLeavesNothing) {
  NoRoom no_room;
  no_room.learn_up(request(0x1000, 0x9000, 0x1000), std::nullopt);
  EXPECT_TRUE(no_room.left_up(request(0x2000, 0x9000, 0x1000)).empty());
  EXPECT_TRUE(no_room.left_down(request(0x2000, 0x8000, 0x2000)).empty());
  EXPECT_EQ(no_room.left_up(request(0x800, 0x9000, 0x1000)), PhysRange::make(0x800, 0x9000));
  no_room.forget();
  EXPECT_EQ(no_room.left_up(request(0x2000, 0x9000, 0x1000)), PhysRange::make(0x2000, 0x9000));
}

TEST(NoRoom, UpwardsItIsTheOtherWayRound) {
  NoRoom no_room;
  no_room.learn_up(request(0x1000, 0x9000, 0x1000), PhysAddr{0x4000});
  EXPECT_EQ(no_room.left_up(request(0x1000, 0x9000, 0x1000)), PhysRange::make(0x4000, 0x9000));
  EXPECT_EQ(no_room.left_up(request(0x5000, 0x9000, 0x1000)), PhysRange::make(0x5000, 0x9000));
  EXPECT_EQ(no_room.left_down(request(0x1000, 0x9000, 0x1000)), PhysRange::make(0x1000, 0x9000));
}

}  // namespace
}  // namespace memmap::memblock
