// Objects and pages at a place that the script names.
#include <gtest/gtest.h>

#include "access/slab.h"
#include "unit/access/small_machine.h"

namespace memmap::access {
namespace {

// One zone of two largest blocks from page frame 0x1000 on.
class TakeAt : public testing::Test {
 protected:
  PageAllocator pages{allocator_of({{0, zones::ZoneType::dma32, 0x1000, 0x1800}})};
  Slabs slabs{pages, 2};
};

TEST_F(TakeAt, TakesThatPageAloneAndGivesItBack) {
  ASSERT_TRUE(pages.take_at(Pfn{0x1555}, 1));
  EXPECT_FALSE(pages.take_at(Pfn{0x1555}, 1));
  EXPECT_TRUE(pages.take_at(Pfn{0x1554}, 1));
  EXPECT_TRUE(pages.take_at(Pfn{0x1556}, 1));
  EXPECT_TRUE(pages.take(10, kGfpKernel));
  EXPECT_FALSE(pages.take(10, kGfpKernel));
  for (const std::uint64_t pfn : {0x1554u, 0x1555u, 0x1556u}) {
    pages.give_back(*pages.taken(Pfn{pfn}));
  }
  EXPECT_EQ(pages.take(10, kGfpKernel)->first, Pfn{0x1400}) << "the halves are one block again";
}

TEST_F(TakeAt, TakesNothingWhereOneIsNotFree) {
  ASSERT_TRUE(pages.take_at(Pfn{0x1002}, 1));
  EXPECT_FALSE(pages.take_at(Pfn{0x1000}, 4));
  EXPECT_FALSE(pages.taken(Pfn{0x1000}));
  EXPECT_FALSE(pages.take_at(Pfn{0x17ff}, 2)) << "beyond the zone's free blocks";
  EXPECT_TRUE(pages.take_at(Pfn{0x17ff}, 1));
  EXPECT_FALSE(pages.take_at(Pfn{0x3000}, 1)) << "in no zone";
}

TEST_F(TakeAt, ObjectsOfACacheShareItsSlab) {
  const PhysAddr at{0x1234100};
  const auto first = slabs.take_at(at, 60, kGfpKernel, "mine", {.by_rcu = true});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 64u);
  EXPECT_TRUE(first->first_of_slab);
  EXPECT_EQ(first->slab, PhysRange::make(0x1234000, 0x1235000));
  EXPECT_TRUE(slabs.taken(at)->flags.by_rcu);
  const PhysAddr next{0x1234140};
  EXPECT_FALSE(slabs.take_at(PhysAddr{0x123413f}, 64, kGfpKernel, "mine", {})) << "cuts the first";
  EXPECT_FALSE(slabs.take_at(next, 64, kGfpKernel, "other", {})) << "of another cache";
  EXPECT_FALSE(slabs.take_at(next, 4096, kGfpKernel, "mine", {})) << "beyond the slab";
  const auto second = slabs.take_at(next, 64, kGfpKernel, "mine", {});
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->first_of_slab);
  slabs.give_back(at);
  EXPECT_EQ(slabs.take(64, kGfpKernel, "mine")->phys, at) << "what came back is the next";
}

TEST_F(TakeAt, ObjectsMaySpanPages) {
  const auto object = slabs.take_at(PhysAddr{0x1234f80}, 256, kGfpKernel, "mine", {});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->slab, PhysRange::make(0x1234000, 0x1236000));
  EXPECT_FALSE(pages.take_at(Pfn{0x1235}, 1));
  EXPECT_FALSE(slabs.take_at(PhysAddr{0x1300000}, 3 * kPageSize, kGfpKernel, "mine", {}));
}

}  // namespace
}  // namespace memmap::access
