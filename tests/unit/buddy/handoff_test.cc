#include "buddy/handoff.h"

#include <gtest/gtest.h>

#include "buddy/deferred.h"
#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

std::vector<zones::Node> one_zone(std::uint64_t end) {
  return {{0, Pfn{0}, end, end, {zone(zones::ZoneType::normal, 0, end)}}};
}

kernel::Behaviour of(kernel::Version version) { return kernel::behaviour_of(version, 6); }

Options options() { return {.max_low_pfn = Pfn{1ull << 40}, .behaviour = of({6, 12, 0})}; }

// {order, migratetype, first, count}
struct Row {
  unsigned order;
  int type;
  std::uint64_t first;
  std::uint64_t count;
  bool operator==(const Row&) const = default;
};
void PrintTo(const Row& r, std::ostream* out) {
  *out << "{" << r.order << ", " << r.type << ", " << r.first << ", " << r.count << "}";
}

std::vector<Row> rows(const FreeArea& area) {
  std::vector<Row> all;
  for (const FreeList& l : area) {
    for (const FreeRun& r : l.runs) {
      all.push_back({l.order, static_cast<int>(l.migratetype), raw(r.first), r.count});
    }
  }
  return all;
}

// The pageblock's first page is the last of node 0, which is deferred; the rest is of node 1.
TEST(Handoff, DeferredReservedPageMakesItsPageblockMovableSince615) {
  constexpr std::uint64_t kFirst = 192 * 512;
  const memblock::Regions memory = {pages(0, kFirst + 1, 0), pages(kFirst + 1, kFirst + 1024, 1)};
  const memblock::Regions reserved = {pages(kFirst, kFirst + 1, 0)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, kFirst + 1, kFirst + 1, {zone(zones::ZoneType::normal, 0, kFirst + 1)}},
      {1, Pfn{kFirst + 1}, 1023, 1023, {zone(zones::ZoneType::normal, kFirst + 1, kFirst + 1024)}}};
  Options o = options();
  o.deferred_init = true;
  EXPECT_EQ(free_all(memory, reserved, nodes, o).pageblocks.type(kFirst), MigrateType::unmovable);
  o.behaviour = of({6, 15, 0});
  EXPECT_EQ(free_all(memory, reserved, nodes, o).pageblocks.type(kFirst), MigrateType::movable);
}

struct HandoffCase {
  const char* name;
  memblock::Regions memory;
  memblock::Regions reserved;
  std::vector<Row> want;
};

const HandoffCase kHandoffCases[] = {
    {"nothing", {}, {}, {}},
    {"all_reserved", {pages(0, 64)}, {pages(0, 64)}, {}},
    {"one_page", {pages(0, 1)}, {}, {{0, 1, 0, 1}}},
    {"greedy_blocks",
     {pages(0, 26)},
     {pages(0, 3)},
     {{0, 1, 3, 1}, {1, 1, 24, 1}, {2, 1, 4, 1}, {3, 1, 8, 2}}},
    {"largest_blocks_in_a_run", {pages(0, 4096)}, {}, {{10, 1, 0, 4}}},
    {"pageblock_without_first_page_stays_unmovable",
     {pages(1, 1024)},
     {},
     {{0, 0, 1, 1},
      {1, 0, 2, 1},
      {2, 0, 4, 1},
      {3, 0, 8, 1},
      {4, 0, 16, 1},
      {5, 0, 32, 1},
      {6, 0, 64, 1},
      {7, 0, 128, 1},
      {8, 0, 256, 1},
      {9, 1, 512, 1}}},
    {"pageblock_whose_first_page_is_reserved_is_movable",
     {pages(0, 4)},
     {pages(0, 2)},
     {{1, 1, 2, 1}}},
    {"pageblock_whose_first_page_is_nomap_is_movable",
     {pages(0, 2, 0, memblock::kNomap), pages(2, 4)},
     {},
     {{1, 1, 2, 1}}},
    {"touching_regions_merge",
     {pages(0, 2, 0, memblock::kMirror), pages(2, 4)},
     {},
     {{2, 1, 0, 1}}},
    {"driver_managed_is_not_freed", {pages(0, 4, 0, memblock::kDriverManaged)}, {}, {}},
    {"reservation_over_two_regions",
     {pages(0, 4), pages(8, 12)},
     {pages(2, 10)},
     {{1, 1, 0, 1}, {1, 1, 10, 1}}},
    {"reservation_outside_memory", {pages(4, 8)}, {pages(0, 2), pages(9, 20)}, {{2, 0, 4, 1}}},
    {"half_pages_are_not_freed",
     {{PhysRange::make(0x800, 0x3800), 0, 0}},
     {{PhysRange::make(0x2000, 0x2001), 0, 0}},
     {{0, 0, 1, 1}}},
};

class FreeAll : public testing::TestWithParam<HandoffCase> {};

TEST_P(FreeAll, Blocks) {
  const HandoffCase& c = GetParam();
  const Handoff h = free_all(c.memory, c.reserved, one_zone(4096), options());
  ASSERT_EQ(h.zones.size(), 1u);
  EXPECT_EQ(rows(h.zones[0].free), c.want);
  std::uint64_t free = 0;
  for (const Row& r : rows(h.zones[0].free)) free += r.count << r.order;
  EXPECT_EQ(h.zones[0].managed_pages, free);
  EXPECT_EQ(h.totalram_pages, free);
}

INSTANTIATE_TEST_SUITE_P(Table, FreeAll, testing::ValuesIn(kHandoffCases),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(FreeAllZones, BlocksDoNotMergeAcrossZones) {
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, 8, 8, {zone(zones::ZoneType::dma, 0, 4), zone(zones::ZoneType::dma32, 4, 8)}}};
  const memblock::Regions memory = {pages(0, 8)};
  const Handoff h = free_all(memory, {}, nodes, options());
  EXPECT_EQ(rows(h.zones[0].free), (std::vector<Row>{{2, 1, 0, 1}}));
  EXPECT_EQ(rows(h.zones[1].free), (std::vector<Row>{{2, 1, 4, 1}}));
}

// The first page of another node's first pageblock is deferred, as numa=fake made it, and reserved.
TEST(FreeAllZones, ReservedDeferredPageGivesItsPageblockAType) {
  constexpr std::uint64_t kEnd = 0x14200;  // in the pageblock's first page
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, kEnd + 1, kEnd + 1, {zone(zones::ZoneType::dma32, 0, kEnd + 1)}},
      {1, Pfn{kEnd + 1}, 63, 63, {zone(zones::ZoneType::dma32, kEnd + 1, kEnd + 64)}}};
  const memblock::Regions memory = {pages(0, kEnd + 1, 0), pages(kEnd + 1, kEnd + 64, 1)};
  for (const bool sets : {false, true}) {
    Options o = options();
    o.deferred_init = true;
    o.behaviour = of(sets ? kernel::Version{6, 18, 0} : kernel::Version{6, 12, 0});
    const Handoff h = free_all(memory, memblock::Regions{pages(kEnd, kEnd + 1, 0)}, nodes, o);
    ASSERT_FALSE(h.zones[1].free.empty());
    EXPECT_EQ(h.zones[1].free.front().migratetype,
              sets ? MigrateType::movable : MigrateType::unmovable);
  }
}

TEST(FreeAllZones, MirroredMemoryOfOverlappingZonesIsNotMovable) {
  const std::vector<zones::Node> nodes = {
      {0,
       Pfn{0},
       4096,
       4096,
       {zone(zones::ZoneType::normal, 0, 4096), zone(zones::ZoneType::movable, 1024, 4096)}}};
  const memblock::Regions memory = {pages(0, 1024, 0, memblock::kMirror), pages(1024, 2048),
                                    pages(2048, 4096, 0, memblock::kMirror)};
  Options o = options();
  o.kernelcore_mirror = true;
  const Handoff h = free_all(memory, {}, nodes, o);
  EXPECT_EQ(h.zones[0].managed_pages, 1024u + 2048u);
  EXPECT_EQ(h.zones[1].managed_pages, 1024u);
}

TEST(FreeAllZones, NothingAboveMaxLowPfn) {
  Options o = options();
  o.max_low_pfn = Pfn{3};
  const memblock::Regions memory = {pages(0, 8)};
  EXPECT_EQ(free_all(memory, {}, one_zone(8), o).totalram_pages, 3u);
}

TEST(FreeAllZones, TerabytesAreRanges) {
  const std::uint64_t end = 1ull << 34;  // 64 TiB
  const memblock::Regions memory = {pages(0, end)};
  const Handoff h = free_all(memory, {}, one_zone(end), options());
  EXPECT_EQ(rows(h.zones[0].free), (std::vector<Row>{{10, 1, 0, end >> 10}}));
}

// Sections are 32768 pages.
struct DeferCase {
  const char* name;
  memblock::Regions memory;
  std::vector<zones::Node> nodes;
  std::map<int, Pfn> want;
};

zones::Node node(int nid, std::vector<zones::Zone> z) {
  const std::uint64_t start = raw(z.front().start_pfn);
  const std::uint64_t end = raw(z.back().start_pfn) + z.back().spanned_pages;
  return {nid, Pfn{start}, end - start, end - start, std::move(z)};
}

const DeferCase kDeferCases[] = {
    {"small_zone_is_whole",
     {pages(0, 32768)},
     {node(0, {zone(zones::ZoneType::normal, 0, 32768)})},
     {}},
    {"second_section_waits",
     {pages(0, 32769)},
     {node(0, {zone(zones::ZoneType::normal, 0, 32769)})},
     {{0, Pfn{32768}}}},
    {"boundary_after_a_whole_section",
     {pages(1, 100000)},
     {node(0, {zone(zones::ZoneType::normal, 1, 100000)})},
     {{0, Pfn{65536}}}},
    {"holes_do_not_count",
     {pages(0, 1000), pages(40000, 140000)},
     {node(0, {zone(zones::ZoneType::normal, 0, 140000)})},
     {{0, Pfn{98304}}}},
    {"low_zones_are_whole",
     {pages(0, 200000)},
     {node(0, {zone(zones::ZoneType::dma32, 0, 100000),
               zone(zones::ZoneType::normal, 100000, 200000)})},
     {{0, Pfn{163840}}}},
    {"each_node_counts_for_itself",
     {pages(0, 65536, 0), pages(65536, 131072, 1)},
     {node(0, {zone(zones::ZoneType::normal, 0, 65536)}),
      node(1, {zone(zones::ZoneType::normal, 65536, 131072)})},
     {{0, Pfn{32768}}, {1, Pfn{98304}}}},
};

class Deferred : public testing::TestWithParam<DeferCase> {};

TEST_P(Deferred, First) {
  const DeferCase& c = GetParam();
  for (const kernel::Version v : {kernel::Version{6, 1, 0}, kernel::Version{6, 12, 0}}) {
    EXPECT_EQ(first_deferred(c.memory, c.nodes, false, {}, of(v)), c.want);
  }
  // What is deferred is counted, but in no free list.
  Options o = options();
  o.deferred_init = true;
  const Handoff h = free_all(c.memory, {}, c.nodes, o);
  std::uint64_t left_out = h.totalram_pages;
  for (const ZoneFree& z : h.zones) left_out -= z.managed_pages;
  std::uint64_t above = 0;
  for (const memblock::Region& r : c.memory) {
    const auto d = c.want.find(r.nid);
    if (d == c.want.end()) continue;
    const std::uint64_t start = std::max(raw(pfn_up(r.range.base())), raw(d->second));
    if (raw(pfn_down(r.range.end())) > start) above += raw(pfn_down(r.range.end())) - start;
  }
  EXPECT_EQ(left_out, above);
}

INSTANTIATE_TEST_SUITE_P(Table, Deferred, testing::ValuesIn(kDeferCases),
                         [](const auto& i) { return std::string(i.param.name); });

// Before 5.8 the kernel came by holes too: their pageblocks are movable.
TEST(OldHandoff, PageblocksThatBeginInAHole) {
  const memblock::Regions memory = {pages(1, 1024)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, 1024, 1023, {{zones::ZoneType::normal, Pfn{0}, 1024, 1023}}}};
  const auto type_of_page_one = [&](kernel::Version version) {
    Options o = options();
    o.behaviour = of(version);
    return rows(free_all(memory, {}, nodes, o).zones.front().free).front().type;
  };
  EXPECT_EQ(type_of_page_one({5, 4, 0}), 1);
  EXPECT_EQ(type_of_page_one({5, 8, 0}), 0);
}

// ... but not by those in front of the zone, and not by another node's memory.
TEST(OldHandoff, PageblocksThatBeginElsewhere) {
  Options o = options();
  o.behaviour = of({5, 4, 0});
  const std::vector<zones::Node> late = {
      {0, Pfn{1}, 1023, 1023, {{zones::ZoneType::normal, Pfn{1}, 1023, 1023}}}};
  const memblock::Regions memory = {pages(1, 1024)};
  EXPECT_EQ(rows(free_all(memory, {}, late, o).zones.front().free).front().type, 0);
  const memblock::Regions two = {pages(0, 1, 1), pages(1, 1024)};
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, 1024, 1023, {{zones::ZoneType::normal, Pfn{0}, 1024, 1023}}}};
  EXPECT_EQ(rows(free_all(two, {}, nodes, o).zones.front().free).front().type, 0);
}

// Holes count where their section holds memory, and not where another node's memory is.
TEST(OldHandoff, DefersPageByPage) {
  constexpr std::uint64_t kSection = kPagesPerSection;
  const std::uint64_t end = 8 * kSection;
  const std::vector<zones::Node> nodes = {
      {0, Pfn{0}, end, end, {{zones::ZoneType::normal, Pfn{0}, end, end}}}};
  const auto first = [&](const memblock::Regions& memory, kernel::Version version) {
    const auto deferred = first_deferred(memory, nodes, false, {}, of(version));
    return deferred.contains(0) ? raw(deferred.at(0)) / kSection : 0;
  };
  const memblock::Regions holes = {pages(0, 1), pages(2 * kSection, 2 * kSection + 1),
                                   pages(4 * kSection, 8 * kSection)};
  EXPECT_EQ(first(holes, {5, 4, 0}), 2u);
  EXPECT_EQ(first(holes, {5, 10, 0}), 5u);
  const memblock::Regions shared = {pages(0, 1), pages(1, 3 * kSection, 1),
                                    pages(3 * kSection, 8 * kSection)};
  EXPECT_EQ(first(shared, {5, 4, 0}), 4u);
}

// Before 4.17 more than a section came at once, by rules that changed.
TEST(OldHandoff, InitialisesMoreAtOnce) {
  constexpr std::uint64_t kTwoGiB = 2 * kGiB >> kPageShift;
  constexpr std::uint64_t kSpan = kTwoGiB << 9;  // of which a 256th is 4 GiB
  const zones::Node small = node(0, {zone(zones::ZoneType::normal, 0, 8 * kTwoGiB)});
  const zones::Node large = node(0, {zone(zones::ZoneType::normal, 0, kSpan)});
  // The first ends as the looked-for range begins, where units are mistaken; the second begins in it.
  const memblock::Regions reserved = {pages(0, 16), pages(0x70, 0x90), pages(kTwoGiB, kTwoGiB + 8),
                                      pages(kTwoGiB + 9, kTwoGiB + 16)};
  const auto at_once = [&](const zones::Node& of_node, kernel::Version v) {
    return pages_at_once(of_node, reserved, of(v));
  };
  EXPECT_EQ(at_once(large, {4, 2, 0}), kTwoGiB);
  EXPECT_EQ(at_once(large, {4, 5, 0}), kTwoGiB);
  EXPECT_EQ(at_once(large, {4, 6, 0}), 2 * kTwoGiB);
  EXPECT_EQ(at_once(small, {4, 11, 3}), kTwoGiB);
  // Page frames 0 to 0x80000 as bytes: all that begins below 512 KiB, its bytes as pages.
  EXPECT_EQ(at_once(small, {4, 12, 0}), kTwoGiB + (48 << kPageShift));
  EXPECT_EQ(at_once(small, {4, 14, 1}), kTwoGiB + (48 << kPageShift));
  EXPECT_EQ(at_once(small, {4, 14, 2}), kTwoGiB + 48 + 8);
  EXPECT_EQ(at_once(small, {4, 16, 0}), kTwoGiB + 48 + 8);
  EXPECT_EQ(at_once(large, {4, 17, 0}), kPagesPerSection);
  EXPECT_EQ(at_once(large, {6, 12, 0}), kPagesPerSection);
}

TEST(OldHandoff, DefersBehindWhatComesAtOnce) {
  constexpr std::uint64_t kSection = kPagesPerSection;
  const memblock::Regions memory = {pages(0, 40 * kSection)};
  const std::vector<zones::Node> nodes = {
      node(0, {zone(zones::ZoneType::normal, 0, 40 * kSection)})};
  const auto first = [&](std::uint64_t at_once) {
    return raw(first_deferred(memory, nodes, false, {{0, at_once}}, of({4, 9, 0})).at(0));
  };
  EXPECT_EQ(first(16 * kSection), 16 * kSection);
  EXPECT_EQ(first(16 * kSection + 1), 17 * kSection);
  EXPECT_TRUE(first_deferred(memory, nodes, false, {{0, 40 * kSection}}, of({4, 9, 0})).empty());
}

}  // namespace
}  // namespace memmap::buddy
