#include "ioremap/vmap_areas.h"

#include <gtest/gtest.h>

namespace memmap::ioremap {
namespace {

constexpr std::uint64_t kStart = 0xffffc90000000000;
constexpr std::uint64_t kVmapAreasPage = kPageSize;

VirtAddr at(std::uint64_t pages) { return VirtAddr{kStart + pages * kVmapAreasPage}; }

class VmapAreasTest : public testing::Test {
 protected:
  VmapAreas areas{VirtAddr{kStart}, VirtAddr{kStart + 64 * kMiB - 1}, 1};
};

TEST_F(VmapAreasTest, LeaveAGuardPageBehindEach) {
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(0));
  EXPECT_EQ(areas.take(3 * kVmapAreasPage, 4 * kVmapAreasPage), at(4));
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(2))
      << "in the hole before the aligned one";
  EXPECT_EQ(areas.find(VirtAddr{raw(at(7))})->virt, at(4)) << "the guard page";
  EXPECT_EQ(areas.find(at(8)), nullptr);
}

TEST_F(VmapAreasTest, GivenBackTheyWait) {
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(0));
  areas.give_back(at(0));
  EXPECT_EQ(areas.find(at(0)), nullptr);
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(2));
}

TEST_F(VmapAreasTest, AreFreeAgainOnceManyWait) {
  const std::uint64_t large = 40 * kMiB;  // above 32 MiB, which one processor lets wait
  EXPECT_EQ(areas.take(large, kVmapAreasPage), at(0));
  areas.give_back(at(0));
  EXPECT_EQ(areas.take(large, kVmapAreasPage), at(0));
}

TEST_F(VmapAreasTest, ThoseThatWaitAreTakenBeforeItFails) {
  const std::uint64_t half = 30 * kMiB;
  EXPECT_EQ(areas.take(half, kVmapAreasPage), at(0));
  areas.give_back(at(0));
  EXPECT_EQ(areas.take(60 * kMiB, kVmapAreasPage), at(0));
  EXPECT_EQ(areas.take(8 * kMiB, kVmapAreasPage), std::nullopt);
}

TEST_F(VmapAreasTest, RefuseWhatDoesNotFit) {
  EXPECT_EQ(areas.take(64 * kMiB, kVmapAreasPage), std::nullopt);
  EXPECT_EQ(areas.take(~std::uint64_t{0} & ~(kVmapAreasPage - 1), kVmapAreasPage), std::nullopt);
  EXPECT_EQ(areas.take(63 * kMiB, kVmapAreasPage), at(0));
}

TEST_F(VmapAreasTest, KnowThoseOfOthers) {
  EXPECT_TRUE(areas.put({.virt = at(0), .size = 3 * kVmapAreasPage}));
  EXPECT_FALSE(areas.put({.virt = at(3), .size = kVmapAreasPage})) << "in its guard page";
  EXPECT_TRUE(areas.put({.virt = at(6), .size = kVmapAreasPage}));
  EXPECT_FALSE(areas.put({.virt = at(5), .size = kVmapAreasPage}));
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(4));
  EXPECT_EQ(areas.take(kVmapAreasPage, kVmapAreasPage), at(8));
}

}  // namespace
}  // namespace memmap::ioremap
