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
  EXPECT_TRUE(no_room.left_down(request(0x1000, 0x8000, 0x2000)).empty());
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

TEST(NoRoom, LearnsNothingOfWhatIsUnusual) {
  NoRoom no_room;
  for (const auto& [size, align] : {std::pair{0ull, 1ull}, {0x1000ull, 3ull}, {0x10000ull, 1ull}}) {
    no_room.learn_down(request(0x1000, 0x9000, size, align), std::nullopt);
    EXPECT_EQ(no_room.left_down(request(0x1000, 0x9000, 0x2000, 4)),
              PhysRange::make(0x1000, 0x9000));
    EXPECT_EQ(no_room.left_up(request(0x1000, 0x9000, size, align)),
              PhysRange::make(0x1000, 0x9000));
  }
  no_room.learn_down(request(0x1000, 0x9000, 1), std::nullopt);
  EXPECT_TRUE(no_room.left_down(request(0x1000, 0x9000, 1)).empty());
  no_room.forget();
  no_room.learn_down(request(0x1000, 0x9000, 0x8000), std::nullopt);  // all that there is
  EXPECT_TRUE(no_room.left_down(request(0x1000, 0x9000, 0x8000)).empty());
}

TEST(NoRoom, EndsOfWhatIsKnown) {
  NoRoom down;
  down.learn_down(request(0x1000, 0x9000, 0x1000), PhysAddr{0x4000});
  // A block that begins right behind the one that was found, and that one.
  EXPECT_EQ(down.left_down(request(0x1000, 0x5001, 0x1000)), PhysRange::make(0x1000, 0x5000));
  EXPECT_EQ(down.left_down(request(0x1000, 0x5000, 0x1000)), PhysRange::make(0x1000, 0x5000));
  NoRoom up;
  up.learn_up(request(0x1000, 0x9000, 0x1000), PhysAddr{0x4000});
  EXPECT_EQ(up.left_down(request(0x1000, 0x5000, 0x1000)), PhysRange::make(0x1000, 0x5000));
  EXPECT_TRUE(up.left_down(request(0x1000, 0x4fff, 0x1000)).empty());
}

// Kinds that differ in one thing do not take each other's place, and one that is learned again does.
TEST(NoRoom, KeepsTheLastKinds) {
  const FindRequest first = request(0x1000, 0x9000, 0x1000, 0x40);
  FindRequest size = first;
  size.size = 0x800;
  FindRequest align = first;
  align.align = 0x20;
  FindRequest nid = first;
  nid.nid = 1;
  FindRequest flags = first;
  flags.flags = 2;
  for (const FindRequest& other : {size, align, nid, flags}) {
    NoRoom no_room;
    no_room.learn_down(first, PhysAddr{0x5000});
    no_room.learn_down(other, PhysAddr{0x7000});
    EXPECT_EQ(no_room.left_down(first), PhysRange::make(0x1000, 0x6000));
    EXPECT_EQ(no_room.left_down(other), PhysRange::make(0x1000, 0x7000 + other.size));
    EXPECT_EQ(no_room.left_up(other), other.limits);
  }
  NoRoom no_room;
  for (const FindRequest& r : {first, size, nid, flags}) no_room.learn_down(r, PhysAddr{0x5000});
  for (const std::uint64_t found : {0x4000u, 0x3000u, 0x2000u})
    no_room.learn_down(first, PhysAddr{found});
  EXPECT_EQ(no_room.left_down(first), PhysRange::make(0x1000, 0x3000));
  for (const FindRequest& r : {size, nid, flags})
    EXPECT_EQ(no_room.left_down(r), PhysRange::make(0x1000, 0x5000 + r.size));
  no_room.learn_up(flags, PhysAddr{0x3000});
  EXPECT_EQ(no_room.left_up(flags), PhysRange::make(0x3000, 0x9000));
}

}  // namespace
}  // namespace memmap::memblock
