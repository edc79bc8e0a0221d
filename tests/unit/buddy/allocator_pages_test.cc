// Whose a page is: zones of several nodes, holes, regions that end inside a page, mirrored memory.
#include <gtest/gtest.h>

#include "base/check_throws.h"
#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

// `node_zones` as one node, all of whose memory is reserved.
Allocator reserved_node(const memblock::Regions& memory, std::vector<zones::Zone> node_zones,
                        bool kernelcore_mirror = false) {
  AllocatorOptions options = Machine::of({6, 12, 117});
  options.handoff.kernelcore_mirror = kernelcore_mirror;
  std::uint64_t present = 0;
  for (const zones::Zone& z : node_zones) present += z.present_pages;
  const std::vector<zones::Node> nodes = {{0, Pfn{0}, 4 * kDma32, present, std::move(node_zones)}};
  const memblock::Regions reserved = {pages(0, 4 * kDma32)};
  return {memory, nodes, free_all(memory, reserved, nodes, options.handoff), options};
}

TEST(PagesOfZones, ANodesZonesFollowThoseOfTheNodesBefore) {
  const Machine m;
  EXPECT_EQ(m.allocator.zone_of(Pfn{0}), 0u);
  EXPECT_EQ(m.allocator.zone_of(Pfn{kNormal}), 2u);
  // Node 0 has four zones; Normal is node 1's third.
  EXPECT_EQ(m.allocator.zone_of(Pfn{3 * kDma32}), 4u + 2);
  EXPECT_EQ(m.allocator.zone_of(Pfn{4 * kDma32 - 1}), 4u + 2);
}

TEST(PagesOfZones, EachHasThePageblocksOfTheHandoff) {
  const Machine m;
  for (const LiveZone& z : m.allocator.zones()) {
    if (z.present_pages == 0) continue;
    const std::uint64_t start = raw(z.free.options().start_pfn);
    EXPECT_EQ(z.free.pageblocks().type(start), MigrateType::movable) << start;
    EXPECT_EQ(z.free.pageblocks().type(start + 4095), MigrateType::movable) << start;
  }
}

TEST(PagesOfZones, MemoryOfANodeThatIsNotThereIsSkipped) {
  Machine m;
  memblock::Regions memory = {m.memory[0], pages(3 * kDma32, 3 * kDma32 + 512, 7),
                              pages(3 * kDma32 + 512, 4 * kDma32, 1)};
  const Allocator a(memory, m.nodes, free_all(m.memory, {}, m.nodes, m.options.handoff), m.options);
  EXPECT_EQ(a.zone_of(Pfn{3 * kDma32 + 512}), 6u);
  const ChecksThrow throws;
  EXPECT_THROW((void)a.zone_of(Pfn{3 * kDma32}), CheckFailed);
}

TEST(PagesOfZones, AHoleIsNobodys) {
  const memblock::Regions memory = {pages(16, 32), pages(48, 64), pages(80, 96)};
  const Allocator a =
      reserved_node(memory, {{ZoneType::normal, Pfn{16}, 80, 48}, {ZoneType::movable}});
  for (const std::uint64_t pfn : {16u, 31u, 48u, 63u, 80u, 95u}) {
    EXPECT_EQ(a.zone_of(Pfn{pfn}), 0u) << pfn;
  }
  const ChecksThrow throws;
  for (const std::uint64_t pfn : {15u, 32u, 47u, 64u, 79u, 96u}) {
    EXPECT_THROW((void)a.zone_of(Pfn{pfn}), CheckFailed) << pfn;
  }
}

// Memory is 1 to 3, 6.5 to 12.5 and 16 on: amid these, pages 7 to 11 are whole.
TEST(PagesOfZones, APageThatIsMemoryInPartIsNone) {
  const memblock::Regions memory = {
      pages(1, 4),
      {PhysRange::make((6 << kPageShift) + 0x800, (12 << kPageShift) + 0x800), 0, 0},
      pages(16, 4096)};
  Allocator a =
      reserved_node(memory, {{ZoneType::normal, Pfn{1}, 4095, 3 + 5 + 4080}, {ZoneType::movable}});
  a.free_reserved(Pfn{4}, Pfn{16});
  EXPECT_EQ(a.zones()[0].managed_pages, 5u);
  EXPECT_EQ(a.zones()[0].free.free_pages(), 5u);
  EXPECT_FALSE(a.take_off(Pfn{6}));
  EXPECT_FALSE(a.take_off(Pfn{12}));
}

// Normal spans Movable then, and has what is mirrored of it.
TEST(PagesOfZones, WithKernelcoreMirrorMirroredMemoryIsNotMovable) {
  const memblock::Regions memory = {pages(0, 1024, 0, memblock::kMirror), pages(1024, 2048),
                                    pages(2048, 3072, 0, memblock::kMirror), pages(3072, 4096)};
  const Allocator a = reserved_node(
      memory, {{ZoneType::normal, Pfn{0}, 4096, 2048}, {ZoneType::movable, Pfn{1024}, 3072, 2048}},
      true);
  EXPECT_EQ(a.zone_of(Pfn{0}), 0u);
  EXPECT_EQ(a.zone_of(Pfn{1024}), 1u);
  EXPECT_EQ(a.zone_of(Pfn{2048}), 0u);
  EXPECT_EQ(a.zone_of(Pfn{3072}), 1u);
}

TEST(PagesOfZones, WithoutItMirroredMemoryIsAsAnyOther) {
  const memblock::Regions memory = {pages(0, 4096, 0, memblock::kMirror)};
  const Allocator a =
      reserved_node(memory, {zone(ZoneType::normal, 0, 1024), zone(ZoneType::movable, 1024, 4096)});
  EXPECT_EQ(a.zone_of(Pfn{1023}), 0u);
  EXPECT_EQ(a.zone_of(Pfn{1024}), 1u);
}

}  // namespace
}  // namespace memmap::buddy
