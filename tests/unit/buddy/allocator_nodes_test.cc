// Which nodes and zones a request tries, and in what order.
#include <gtest/gtest.h>

#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

// Nodes of Normal alone, node N from page frame 4096 * N on; `sizes`: their pages.
Allocator row_of_nodes(const std::vector<std::uint64_t>& sizes, std::vector<int> node_cpus = {}) {
  memblock::Regions memory;
  std::vector<zones::Node> nodes;
  for (const std::uint64_t size : sizes) {
    const int nid = static_cast<int>(nodes.size());
    const std::uint64_t start = 4096 * nodes.size();
    if (size > 0) memory.push_back(pages(start, start + size, nid));
    nodes.push_back(
        {nid,
         Pfn{start},
         size,
         size,
         {{ZoneType::dma32}, zone(ZoneType::normal, start, start + size), {ZoneType::movable}}});
  }
  AllocatorOptions options = Machine::of({6, 12, 117});
  options.node_cpus = std::move(node_cpus);
  return {memory, nodes, free_all(memory, {}, nodes, options.handoff), options};
}

// The nodes that serve node `nid` with blocks of 1024 pages, until none is left.
std::vector<int> served_by(Allocator& a, int nid) {
  std::vector<int> all;
  while (const auto got = a.alloc({.order = kAll, .nid = nid})) {
    all.push_back(a.zones()[got->zone].nid);
  }
  return all;
}

TEST(AllocatorNodes, OneWithProcessorsIsSparedByTheOthers) {
  Allocator a = row_of_nodes({1024, 1024, 1024}, {1});
  EXPECT_EQ(served_by(a, 0), (std::vector<int>{0, 2, 1}));
}

// All others are equally far. Node 2 is node 0's first choice, so that node 1 has 3 before it; a
// lower node comes last.
TEST(AllocatorNodes, OneWithoutMemoryIsNobodysFirstChoice) {
  Allocator a = row_of_nodes({1024, 0, 1024, 1024});
  EXPECT_EQ(served_by(a, 1), (std::vector<int>{3, 2, 0}));
}

TEST(AllocatorNodes, OnePageIsMemoryToo) {
  Allocator a = row_of_nodes({1024, 1, 1024});
  ASSERT_TRUE(a.alloc({.order = kAll}));
  const auto page = a.alloc({.order = 0});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->pfn, Pfn{4096});
  const auto next = a.alloc({.order = 0});
  ASSERT_TRUE(next);
  EXPECT_EQ(a.zones()[next->zone].nid, 2);
}

TEST(AllocatorNodes, ARequestForThisNodeFailsWhereItHasNothingLeft) {
  Allocator a = row_of_nodes({1024, 1024});
  ASSERT_TRUE(a.alloc({.order = kAll, .nid = 1, .this_node = true}));
  EXPECT_FALSE(a.alloc({.order = kAll, .nid = 1, .this_node = true}));
  const auto other = a.alloc({.order = kAll, .nid = 1});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->pfn, Pfn{0});
}

TEST(AllocatorNodes, AZoneBelowTheWatermarkIsPassedOver) {
  Machine m;
  std::vector<Watermarks> marks(8);
  marks[2] = {0, 4096, 4096, 4096};  // Normal of node 0 has no more than that free
  m.allocator.set_watermarks(marks, std::vector<LowmemReserve>(8));
  EXPECT_EQ(m.type_of(m.allocator.alloc({})), ZoneType::dma32);
  EXPECT_EQ(m.type_of(m.allocator.alloc({.mark = Mark::min})), ZoneType::normal);
}

// Of the highest zone that serves: half a pageblock, which is movable.
void leave_half_a_pageblock(Allocator& a, ZoneType highest) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(a.alloc({.order = kAll, .highest = highest}));
  for (const unsigned order : {9u, 8u}) {
    ASSERT_TRUE(a.alloc({.order = order, .type = MigrateType::movable, .highest = highest}));
  }
}

TEST(MixedPageblocks, AreBetterThanAnotherNode) {
  Machine m;
  leave_half_a_pageblock(m.allocator, ZoneType::normal);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(m.allocator.alloc({.order = kAll, .highest = ZoneType::dma32, .this_node = true}));
  }
  const auto got = m.allocator.alloc({});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->zone, 2u);  // Normal of node 0
}

// Movable has no pages: it is Normal that such a request begins with.
TEST(MixedPageblocks, AreAvoidedByARequestThatMayUseMovable) {
  Machine m;
  leave_half_a_pageblock(m.allocator, ZoneType::normal);
  EXPECT_EQ(m.type_of(m.allocator.alloc({.highest = ZoneType::movable})), ZoneType::dma32);
}

TEST(MixedPageblocks, AreAvoidedInNormalAlone) {
  Machine m;
  leave_half_a_pageblock(m.allocator, ZoneType::dma32);
  EXPECT_EQ(m.type_of(m.allocator.alloc({.highest = ZoneType::dma32})), ZoneType::dma32);
}

TEST(MixedPageblocks, AreNotAvoidedByAKernelWithoutDma32) {
  Machine m;
  m.options.zone_dma32 = false;
  Allocator a(m.memory, m.nodes, free_all(m.memory, {}, m.nodes, m.options.handoff), m.options);
  leave_half_a_pageblock(a, ZoneType::normal);
  EXPECT_EQ(m.type_of(a.alloc({})), ZoneType::normal);
}

struct SmallDma32 {
  std::uint64_t pages;
  bool two_nodes;
  ZoneType served_by;
};

// Whether DMA32 has pages is looked at with several nodes alone; one page is enough, though it
// serves no request for two. kernel: alloc_flags_nofragment()
TEST(MixedPageblocks, AreAvoidedWhereDma32HasPagesOrThereIsOneNode) {
  const SmallDma32 kCases[] = {
      {0, false, ZoneType::dma},
      {1, false, ZoneType::dma},
      {0, true, ZoneType::normal},
      {1, true, ZoneType::dma},
  };
  for (const SmallDma32& c : kCases) {
    Machine m;
    m.memory = {pages(0, kDma32 + c.pages, 0), pages(kNormal, 3 * kDma32, 0),
                pages(3 * kDma32, 4 * kDma32, 1)};
    m.nodes[0].zones[1] = zone(ZoneType::dma32, kDma32, kDma32 + c.pages);
    m.nodes[0].present_pages = 2 * kDma32 + c.pages;
    if (!c.two_nodes) {
      m.memory.pop_back();
      m.nodes.pop_back();
    }
    Allocator a(m.memory, m.nodes, free_all(m.memory, {}, m.nodes, m.options.handoff), m.options);
    leave_half_a_pageblock(a, ZoneType::normal);
    EXPECT_EQ(m.type_of(a.alloc({.order = 1})), c.served_by) << c.pages << " " << c.two_nodes;
  }
}

}  // namespace
}  // namespace memmap::buddy
