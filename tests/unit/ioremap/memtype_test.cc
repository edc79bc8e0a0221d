#include "ioremap/memtype.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mtrrs.h"

namespace memmap::ioremap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using enum CacheMode;

constexpr std::uint64_t kMemtypePage = kPageSize;
constexpr std::uint64_t kDevice = 0xe0000000;

PhysRange pages(std::uint64_t base, std::uint64_t count) {
  return PhysRange::make(base, base + count * kMemtypePage);
}
PhysRange device(std::uint64_t first, std::uint64_t count) {
  return pages(kDevice + first * kMemtypePage, count);
}

class MemtypesTest : public testing::Test {
 protected:
  Memtypes types{
      true, false, {PhysRange::make(0x0, 0xa0000), PhysRange::make(0x100000, 0x40000000)}, mtrrs()};
  EventList told{};

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Event& e : told.events) out.push_back(e.text);
    return out;
  }
};

TEST_F(MemtypesTest, GrantsWhatIsAskedForAndKeepsIt) {
  EXPECT_EQ(types.reserve(device(0, 4), wc, told).type, wc);
  EXPECT_THAT(types.entries(), ElementsAre(Memtype{device(0, 4), wc}));
  types.free(device(0, 4), told);
  EXPECT_THAT(types.entries(), IsEmpty());
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(MemtypesTest, GivesTheTypeOfWhatOverlaps) {
  types.reserve(device(0, 4), wc, told);
  EXPECT_EQ(types.reserve(device(2, 8), uc_minus, told).type, wc);
  EXPECT_EQ(types.reserve(device(20, 1), uc_minus, told).type, uc_minus);
}

TEST_F(MemtypesTest, RefusesWhatOverlapsTwoTypes) {
  types.reserve(device(0, 1), wc, told);
  types.reserve(device(1, 1), wt, told);
  EXPECT_EQ(types.reserve(device(0, 2), uc, told).error, kEBusy);
  EXPECT_THAT(texts(), ElementsAre("x86/PAT: swapper:0 conflicting memory types e0000000-e0002000 "
                                   "write-combining<->write-through",
                                   "x86/PAT: memtype_reserve failed [mem 0xe0000000-0xe0001fff], "
                                   "track uncached, req uncached"));
  EXPECT_EQ(types.entries().size(), 2u);
}

TEST_F(MemtypesTest, WriteBackIsWhatTheMtrrsLeaveOfIt) {
  EXPECT_EQ(types.reserve(device(0, 1), wb, told).type, uc_minus);
  EXPECT_EQ(types.reserve(pages(0x50000000, 1), wb, told).type, wb);
}

TEST_F(MemtypesTest, TracksNothingOfTheIsaRange) {
  EXPECT_EQ(types.reserve(PhysRange::make(0xa0000, 0x100000), uc_minus, told).type, wb);
  EXPECT_THAT(types.entries(), IsEmpty());
  EXPECT_TRUE(is_new_memtype_allowed(PhysRange::make(0xa0000, 0xa1000), uc_minus, wb));
}

TEST_F(MemtypesTest, KeepsTypesOfRamsPages) {
  EXPECT_EQ(types.reserve(pages(0x200000, 4), wc, told).type, wc);
  EXPECT_EQ(types.reserve(pages(0x201000, 1), wc, told).error, kEBusy);
  EXPECT_THAT(texts(),
              ElementsAre("x86/PAT: reserve_ram_pages_type failed [mem 0x00201000-0x00201fff], "
                          "track 0x1, req 0x1"));
  types.free(pages(0x201000, 1), told);
  EXPECT_EQ(types.reserve(pages(0x201000, 1), wt, told).type, wt);
  EXPECT_EQ(types.ram_types().size(), 3u);
  EXPECT_THAT(types.entries(), IsEmpty());
}

TEST_F(MemtypesTest, RamIsNeverUncachedNorWriteProtected) {
  EXPECT_EQ(types.reserve(pages(0x200000, 1), uc, told).type, uc_minus);
  EXPECT_THAT(texts(), ElementsAre(HasSubstr("memtype.c")));
  EXPECT_EQ(types.reserve(pages(0x300000, 1), wp, told).error, kEInval);
}

TEST_F(MemtypesTest, RefusesWhatIsRamInPart) {
  EXPECT_EQ(types.reserve(PhysRange::make(0x3ffff000, 0x40001000), wc, told).error, 0)
      << "a hole behind RAM is not noticed";
  EXPECT_EQ(types.reserve(PhysRange::make(0xff000, 0x101000), wc, told).error, kEInval);
}

TEST_F(MemtypesTest, TellsOfWhatNobodyAskedFor) {
  types.free(device(0, 1), told);
  EXPECT_THAT(
      texts(),
      ElementsAre("x86/PAT: swapper:0 freeing invalid memtype [mem 0xe0000000-0xe0000fff]"));
}

TEST_F(MemtypesTest, GivesTheEndOfARequestBack) {
  types.reserve(device(0, 4), wc, told);
  types.free(device(3, 1), told);
  EXPECT_THAT(types.entries(), ElementsAre(Memtype{device(0, 3), wc}));
}

TEST_F(MemtypesTest, ListsByStartTheEarlierOfEqualsFirst) {
  types.reserve(device(4, 1), wc, told);
  types.reserve(device(0, 8), wc, told);
  types.reserve(device(0, 1), wc, told);
  EXPECT_THAT(types.entries(), ElementsAre(Memtype{device(0, 8), wc}, Memtype{device(0, 1), wc},
                                           Memtype{device(4, 1), wc}));
}

TEST_F(MemtypesTest, WarnsOfAnEndAboveAllAddresses) {
  const auto beyond = PhysRange::make((1ull << 52) - kMemtypePage, (1ull << 52) + kMemtypePage);
  EXPECT_EQ(types.reserve(beyond, wc, told).error, kEInval);
  EXPECT_THAT(texts(), ElementsAre(HasSubstr("memtype_reserve failed: [mem ")));
}

TEST(Memtypes, WithoutPatAllIsGrantedAndNothingKept) {
  Memtypes types(false, false, {}, mtrrs());
  EventList told;
  EXPECT_EQ(types.reserve(device(0, 1), wc, told).type, wc);
  EXPECT_EQ(types.reserve(device(0, 1), uc, told).type, uc);
  types.free(device(5, 1), told);
  EXPECT_THAT(types.entries(), IsEmpty());
  EXPECT_THAT(told.events, IsEmpty());
}

}  // namespace
}  // namespace memmap::ioremap
