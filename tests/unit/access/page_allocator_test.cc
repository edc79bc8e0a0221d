#include "access/page_allocator.h"

#include <gtest/gtest.h>

namespace memmap::access {
namespace {

using buddy::FreeList;
using buddy::MigrateType;
using zones::ZoneType;

constexpr unsigned kMaxOrder = 10;
constexpr std::uint64_t kLargest = 1u << kMaxOrder;

boot::ZoneState zone(ZoneType type, std::uint64_t first, std::uint64_t pages,
                     buddy::FreeArea free) {
  return {.zone = {.type = type, .start_pfn = Pfn{first}, .spanned_pages = pages},
          .free = std::move(free)};
}
FreeList blocks(unsigned order, std::uint64_t first, std::uint64_t count,
                MigrateType type = MigrateType::movable) {
  return {.order = order, .migratetype = type, .runs = {{Pfn{first}, count}}};
}

// Node 0: DMA with one small block, DMA32 with two of the largest; node 1: Normal with one.
boot::State two_nodes() {
  boot::State state;
  state.node_states.push_back(
      {.nid = 0,
       .zones = {zone(ZoneType::dma, 1, 0xfff, {blocks(2, 8, 1)}),
                 zone(ZoneType::dma32, 0x1000, 0xff000, {blocks(kMaxOrder, 0x2000, 2)})}});
  state.node_states.push_back(
      {.nid = 1,
       .zones = {zone(ZoneType::normal, 0x100000, 0x1000, {blocks(kMaxOrder, 0x100000, 1)})}});
  return state;
}

TEST(PageAllocator, TakesTheLowestPartAndKeepsTheRest) {
  PageAllocator pages(two_nodes(), kMaxOrder, 9);
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2000});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2001});
  EXPECT_EQ(pages.take(1, kGfpKernel)->first, Pfn{0x2002});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2004});
  EXPECT_EQ(pages.take(2, kGfpKernel)->first, Pfn{0x2008});
}

TEST(PageAllocator, KeepsTheTypesOfPageblocksApart) {
  PageAllocator pages(two_nodes(), kMaxOrder, 9);
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2000});
  EXPECT_EQ(pages.take(0, kGfpKernel | kGfpMovable)->first, Pfn{0x2000 + kLargest});
  EXPECT_EQ(pages.take(0, kGfpKernel)->first, Pfn{0x2001});
}

TEST(PageAllocator, GoesDownTheZonesThenToOtherNodes) {
  PageAllocator pages(two_nodes(), kMaxOrder, 9);
  EXPECT_EQ(pages.take(0, kGfpDma)->first, Pfn{8});
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->zone, ZoneType::dma32);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->zone, ZoneType::dma32);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel | kGfpThisNode), std::nullopt);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel)->nid, 1);
  EXPECT_EQ(pages.take(kMaxOrder, kGfpKernel), std::nullopt);
  EXPECT_EQ(pages.take(kMaxOrder + 1, kGfpKernel), std::nullopt);
}

TEST(PageAllocator, JoinsBuddiesThatComeBack) {
  PageAllocator pages(two_nodes(), kMaxOrder, 9);
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
