#include "access/page_allocator.h"

#include <gtest/gtest.h>

#include "unit/access/small_machine.h"

namespace memmap::access {
namespace {

using zones::ZoneType;

constexpr unsigned kMaxOrder = 10;
constexpr std::uint64_t kLargest = 1u << kMaxOrder;

// Node 0: DMA with one small block, DMA32 with two of the largest; node 1: Normal with one.
buddy::Allocator two_nodes() {
  return allocator_of({{0, ZoneType::dma, 8, 12},
                       {0, ZoneType::dma32, 0x2000, 0x2000 + 2 * kLargest},
                       {1, ZoneType::normal, 0x100000, 0x100000 + kLargest}});
}

TEST(PageAllocator, TakesTheLowestPartAndKeepsTheRest) {
  PageAllocator pages(two_nodes());
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2000});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2001});
  EXPECT_EQ(pages.take(1, kGfpKernel)->first, Pfn{0x2002});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2004});
  EXPECT_EQ(pages.take(2, kGfpKernel)->first, Pfn{0x2008});
}

TEST(PageAllocator, KeepsTheTypesOfPageblocksApart) {
  PageAllocator pages(two_nodes());
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2000});
  EXPECT_EQ(pages.take(0, kGfpKernel | kGfpMovable)->first, Pfn{0x2000 + kLargest});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2001});
}

TEST(PageAllocator, GoesDownTheZonesThenToOtherNodes) {
  PageAllocator pages(two_nodes());
  EXPECT_EQ(pages.take(0, kGfpDma)->first, Pfn{8});
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->zone, ZoneType::dma32);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->zone, ZoneType::dma32);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel | kGfpThisNode), std::nullopt);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->nid, 1);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel), std::nullopt);
  EXPECT_EQ(pages.take(kMaxOrder + 1, kGfpKernel), std::nullopt);
}

TEST(PageAllocator, JoinsBuddiesThatComeBack) {
  PageAllocator pages(two_nodes());
  const auto a = pages.take(3, kGfpKernel);
  const auto b = pages.take(3, kGfpKernel);
  EXPECT_EQ(pages.taken_with(Pfn{0x2009})->first, Pfn{0x2008});
  EXPECT_EQ(pages.next_taken(Pfn{0x2000}), Pfn{0x2008});
  pages.give_back(*a);
  pages.give_back(*b);
  EXPECT_EQ(pages.taken(Pfn{0x2000}), nullptr);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->first, Pfn{0x2000});
}

}  // namespace
}  // namespace memmap::access
