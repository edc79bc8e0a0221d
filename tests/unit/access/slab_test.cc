#include "access/slab.h"

#include <gtest/gtest.h>

#include "unit/access/small_machine.h"

namespace memmap::access {
namespace {

class SlabsTest : public testing::Test {
 protected:
  PageAllocator pages{allocator_of({{0, zones::ZoneType::dma32, 0x1000, 0x2000}})};
  Slabs slabs{pages, 2};
};

TEST_F(SlabsTest, HaveTheKernelsSizes) {
  struct Row {
    std::uint64_t asked;
    std::uint64_t size;
    const char* cache;
  };
  const Row kRows[] = {
      {1, 8, "kmalloc-8"},        {9, 16, "kmalloc-16"},      {65, 96, "kmalloc-96"},
      {97, 128, "kmalloc-128"},   {129, 192, "kmalloc-192"},  {193, 256, "kmalloc-256"},
      {1000, 1024, "kmalloc-1k"}, {4097, 8192, "kmalloc-8k"}, {8193, 16384, ""}};
  for (const Row& row : kRows) {
    const auto object = slabs.take(row.asked, kGfpKernel);
    ASSERT_TRUE(object) << row.asked;
    EXPECT_EQ(object->size, row.size) << row.asked;
    EXPECT_EQ(object->cache, row.cache) << row.asked;
  }
  EXPECT_EQ(slabs.take(64, kGfpKernel | kGfpReclaimable)->cache, "kmalloc-rcl-64");
  EXPECT_EQ(slabs.take(64, kGfpDma), std::nullopt) << "no such zone here";
  EXPECT_EQ(slabs.take(2 * kGiB, kGfpKernel), std::nullopt);
}

TEST_F(SlabsTest, GiveObjectsInOrderAndWhatCameBackFirst) {
  const auto a = slabs.take(64, kGfpKernel);
  const auto b = slabs.take(64, kGfpKernel);
  EXPECT_TRUE(a->first_of_slab);
  EXPECT_FALSE(b->first_of_slab);
  EXPECT_EQ(raw(b->phys), raw(a->phys) + 64);
  slabs.give_back(a->phys);
  EXPECT_FALSE(slabs.taken(a->phys));
  EXPECT_EQ(slabs.cache_at(a->phys), "kmalloc-64");
  EXPECT_EQ(slabs.take(64, kGfpKernel)->phys, a->phys);
}

}  // namespace
}  // namespace memmap::access
