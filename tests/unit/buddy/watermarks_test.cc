// Watermarks and reserves, with figures of real kernels: the managed pages when they were computed,
// and what /proc/zoneinfo showed.
#include "buddy/watermarks.h"

#include <gtest/gtest.h>

namespace memmap::buddy {
namespace {

using zones::ZoneType;

struct Zone {
  ZonePages pages;
  Watermarks marks;
  LowmemReserve reserve;
};

struct WatermarksCase {
  const char* name;
  kernel::Version version;
  std::uint64_t min_free_kbytes;  // as khugepaged raised it
  std::vector<Zone> zones;
};

ZonePages at(int nid, int type, std::uint64_t pages) {
  return {nid, static_cast<ZoneType>(type), pages};
}

const WatermarksCase kWatermarksCases[] = {
    {"plain_4g_612",
     {6, 12, 0},
     67584,
     {{at(0, 0, 3840), {64, 80, 96, 112}, {0, 2946, 3899, 3899}},
      {at(0, 1, 754397), {12719, 15898, 19077, 22256}, {0, 0, 952, 952}},
      {at(0, 2, 243837), {4111, 5138, 6165, 7192}, {}},
      {at(0, 3, 0), {32, 32, 32, 32}, {}}}},
    {"movablecore_4g_612",
     {6, 12, 0},
     45056,
     {{at(0, 0, 3840), {57, 71, 85, 99}, {0, 2946, 2946, 3899}},
      {at(0, 1, 754397), {11206, 14007, 16808, 19609}, {0, 0, 0, 952}},
      {at(0, 2, 0), {}, {}},
      {at(0, 3, 243838), {128, 1033, 1938, 2843}, {}}}},
    {"kernelcore_4g_61",
     {6, 1, 0},
     45056,
     {{at(0, 0, 3840), {43, 53, 63, 73}, {0, 2938, 2938, 3891}},
      {at(0, 1, 752348), {8474, 10592, 12710, 14828}, {0, 0, 0, 952}},
      {at(0, 2, 0), {}, {}},
      {at(0, 3, 243845), {2746, 3432, 4118, 4804}, {}}}},
    {"numa2_dist_4g_61",
     {6, 1, 0},
     90112,
     {{at(0, 0, 3840), {86, 107, 128, 149}, {0, 939, 939, 939}},
      {at(0, 1, 240523), {5410, 6762, 8114, 9466}, {}},
      {at(0, 2, 0), {}, {}},
      {at(0, 3, 0), {}, {}},
      {at(1, 0, 0), {}, {}},
      {at(1, 1, 507620), {11418, 14272, 17126, 19980}, {0, 0, 974, 974}},
      {at(1, 2, 249542), {5613, 7016, 8419, 9822}, {}},
      {at(1, 3, 0), {}, {}}}},
    {"plain_16g_61",
     {6, 1, 0},
     67584,
     {{at(0, 0, 3840), {15, 18, 21, 24}, {0, 2950, 15981, 15981}},
      {at(0, 1, 755420), {3116, 3895, 4674, 5453}, {0, 0, 13030, 13030}},
      {at(0, 2, 3335817), {13763, 17203, 20643, 24083}, {}},
      {at(0, 3, 0), {}, {}}}},
};

class OfBoot : public testing::TestWithParam<WatermarksCase> {};

TEST_P(OfBoot, MarksAndReservesAreTheKernels) {
  const WatermarksCase& c = GetParam();
  std::vector<ZonePages> pages;
  for (const Zone& z : c.zones) pages.push_back(z.pages);
  const auto marks = watermarks(pages, c.min_free_kbytes, kWatermarkScaleFactor,
                                kernel::behaviour_of(c.version, 6));
  const auto reserves = lowmem_reserves(pages);
  ASSERT_EQ(marks.size(), c.zones.size());
  ASSERT_EQ(reserves.size(), c.zones.size());
  for (std::size_t i = 0; i < c.zones.size(); ++i) {
    EXPECT_EQ(marks[i], c.zones[i].marks) << i;
    EXPECT_EQ(reserves[i], c.zones[i].reserve) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Real, OfBoot, testing::ValuesIn(kWatermarksCases),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(MinFreeKbytes, FollowsTheRootOfMemoryWithinBounds) {
  const kernel::Behaviour now = kernel::behaviour_of(kernel::Version{6, 12, 0}, 6);
  const kernel::Behaviour old = kernel::behaviour_of(kernel::Version{5, 4, 0}, 6);
  EXPECT_EQ(min_free_kbytes(0, now), 128u);
  EXPECT_EQ(min_free_kbytes(255, now), 128u);
  EXPECT_EQ(min_free_kbytes(264, now), 129u);
  // 256 MiB: min 34 and 413 pages, of 448, with 6.1.
  EXPECT_EQ(min_free_kbytes(50372, now), 1795u);
  EXPECT_EQ(min_free_kbytes(50372, old), 1795u);
  EXPECT_EQ(min_free_kbytes(1ull << 26, now), 65536u);
  EXPECT_EQ(min_free_kbytes(1ull << 34, now), 262144u);
  EXPECT_EQ(min_free_kbytes(1ull << 34, old), 65536u);
}

TEST(FreeBufferPages, LeaveOutMovableAndWhatLiesBelowTheMarks) {
  const std::vector<ZonePages> pages = {at(0, 0, 100), at(0, 1, 1000), at(0, 2, 0), at(0, 3, 500)};
  EXPECT_EQ(free_buffer_pages(pages), 1100u);
  const std::vector<Watermarks> marks = {{0, 0, 150, 0}, {0, 0, 300, 0}, {}, {0, 0, 1, 0}};
  EXPECT_EQ(free_buffer_pages(pages, marks), 700u);
}

TEST(TotalreservePages, CountsNoZoneTwiceAndNoneWithMoreThanItHas) {
  const WatermarksCase& c = kWatermarksCases[0];
  std::vector<ZonePages> pages;
  std::vector<Watermarks> marks;
  std::vector<LowmemReserve> reserves;
  for (const Zone& z : c.zones) {
    pages.push_back(z.pages);
    marks.push_back(z.marks);
    reserves.push_back(z.reserve);
  }
  EXPECT_EQ(totalreserve_pages(pages, marks, reserves), 3840u + (952u + 19077u) + 6165u);
}

}  // namespace
}  // namespace memmap::buddy
