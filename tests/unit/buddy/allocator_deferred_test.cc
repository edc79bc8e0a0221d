// Pages that are not initialised yet: how a zone grows by them, and how they come in at last.
#include <gtest/gtest.h>

#include "buddy/deferred.h"
#include "unit/buddy/machine.h"

namespace memmap::buddy {
namespace {

using zones::ZoneType;

// One node of four sections; the first is reserved, and the first deferred page is that behind it.
struct Deferring {
  static constexpr std::uint64_t kEnd = 4 * kPagesPerSection;
  memblock::Regions memory = {pages(0, kEnd, 0)};
  memblock::Regions reserved;
  std::vector<zones::Node> nodes = {
      {0, Pfn{0}, kEnd, kEnd, {zone(ZoneType::normal, 0, kEnd), {ZoneType::movable}}}};
  Allocator allocator;

  // `holes`: reserved pages behind the first section.
  explicit Deferring(kernel::Version version, const memblock::Regions& holes = {})
      : reserved(with_first_section(holes)),
        allocator(memory, nodes, handoff(version), of(version)) {}

  static memblock::Regions with_first_section(memblock::Regions holes) {
    holes.insert(holes.begin(), pages(0, kPagesPerSection, 0));
    return holes;
  }
  static AllocatorOptions of(kernel::Version version) {
    AllocatorOptions o = Machine::of(version);
    o.handoff.max_low_pfn = Pfn{kEnd};
    o.handoff.deferred_init = true;
    return o;
  }
  Handoff handoff(kernel::Version version) const {
    return free_all(memory, reserved, nodes, of(version).handoff);
  }
};

TEST(DeferredPages, PagesComeToTheTailsAndCountAsManaged) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection + 7, kPagesPerSection + 9, 0)});
  Allocator& a = m.allocator;
  const LiveZone& z = a.zones().front();
  EXPECT_EQ(z.managed_pages, 0u);
  a.free_deferred();
  EXPECT_EQ(z.managed_pages, 3 * kPagesPerSection - 2);
  EXPECT_EQ(z.free.free_pages(), 3 * kPagesPerSection - 2);
  EXPECT_EQ(z.free.lists().nr_free(10), 3 * kPagesPerSection / 1024 - 1);
  EXPECT_TRUE(z.deferred.empty());
}

// As with two gigantic pages in Normal, where a kernel's first table is in a section that it grew by.
TEST(DeferredPages, ZoneWithoutAPageGrowsByASection) {
  for (const kernel::Version version : {kernel::Version{6, 1, 192}, kernel::Version{6, 12, 117}}) {
    Deferring m(version);
    const auto got = m.allocator.alloc({});
    ASSERT_TRUE(got);
    EXPECT_EQ(got->pfn, Pfn{kPagesPerSection});
    const LiveZone& z = m.allocator.zones().front();
    EXPECT_EQ(z.managed_pages, kPagesPerSection);
    EXPECT_EQ(z.free.free_pages(), kPagesPerSection - 1);
  }
}

// No watermark is asked there: it is the free lists that have nothing.
TEST(DeferredPages, ZoneGrowsByASectionWithoutAWatermarkToo) {
  Deferring m({6, 12, 117});
  const auto got = m.allocator.alloc({.mark = Mark::none});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->pfn, Pfn{kPagesPerSection});
  EXPECT_EQ(m.allocator.zones().front().managed_pages, kPagesPerSection);
}

TEST(DeferredPages, SectionWithLessIsNotEnough) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection, 2 * kPagesPerSection - 3, 0)});
  ASSERT_TRUE(m.allocator.alloc({}));
  const LiveZone& z = m.allocator.zones().front();
  EXPECT_EQ(z.managed_pages, kPagesPerSection + 3);
}

// kernel: deferred_free_pages(), which sets the type of pageblocks that begin with one of the pages
TEST(DeferredPages, MakePageblocksMovableThatTheyBegin) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection + 512, kPagesPerSection + 700, 0)});
  const PageblockTypes& pageblocks = m.allocator.zones().front().free.pageblocks();
  for (const std::uint64_t pfn : {0u, 512u, 1024u})
    EXPECT_EQ(pageblocks.type(kPagesPerSection + pfn), MigrateType::unmovable) << pfn;
  m.allocator.free_deferred();
  EXPECT_EQ(pageblocks.type(kPagesPerSection), MigrateType::movable);
  EXPECT_EQ(pageblocks.type(kPagesPerSection + 512), MigrateType::unmovable);
  EXPECT_EQ(pageblocks.type(kPagesPerSection + 1024), MigrateType::movable);
}

// Two sections that lack some pages are more than one; the third stays.
TEST(DeferredPages, AZoneGrowsToTheEndOfASection) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection, kPagesPerSection + 5, 0),
                             pages(2 * kPagesPerSection, 2 * kPagesPerSection + 5, 0)});
  ASSERT_TRUE(m.allocator.alloc({}));
  EXPECT_EQ(m.allocator.zones().front().managed_pages, 2 * (kPagesPerSection - 5));
}

TEST(DeferredPages, OnePageIsEnoughForARequest) {
  Deferring m({6, 12, 117}, {pages(kPagesPerSection + 1, Deferring::kEnd, 0)});
  EXPECT_TRUE(m.allocator.alloc({}));
  EXPECT_FALSE(m.allocator.alloc({}));
}

// The last pages of all: three sections' blocks, then nothing.
TEST(DeferredPages, ZoneGrowsUntilNothingIsDeferred) {
  Deferring m({6, 12, 117});
  Request whole{.order = kAll};
  for (std::uint64_t i = 0; i < 3 * kPagesPerSection / 1024; ++i) {
    ASSERT_TRUE(m.allocator.alloc(whole)) << i;
  }
  EXPECT_FALSE(m.allocator.alloc(whole));
}

}  // namespace
}  // namespace memmap::buddy
