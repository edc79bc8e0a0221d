#include "zones/form.h"

#include <gtest/gtest.h>

namespace memmap::zones {
namespace {

const kernel::Behaviour kV61 = kernel::behaviour_of(kernel::Version{6, 1, 0}, 6);
const kernel::Behaviour kV612 = kernel::behaviour_of(kernel::Version{6, 12, 0}, 6);

// In pages.
memblock::Region pages(std::uint64_t start, std::uint64_t end, int nid = 0,
                       std::uint32_t flags = 0) {
  return {PhysRange::make(start << kPageShift, end << kPageShift), flags, nid};
}

struct Row {
  int nid;
  std::string_view zone;
  std::uint64_t start;
  std::uint64_t spanned;
  std::uint64_t present;
  bool operator==(const Row&) const = default;
};
void PrintTo(const Row& r, std::ostream* out) {
  *out << "{" << r.nid << ", " << r.zone << ", " << r.start << ", " << r.spanned << ", "
       << r.present << "}";
}

// The zones that have pages.
std::vector<Row> rows(const Formed& formed) {
  std::vector<Row> all;
  for (const Node& n : formed.nodes) {
    for (const Zone& z : n.zones) {
      if (z.spanned_pages) {
        all.push_back({n.nid, name(z.type), raw(z.start_pfn), z.spanned_pages, z.present_pages});
      }
    }
  }
  return all;
}

struct Case {
  const char* name;
  memblock::Regions memory;
  std::vector<int> nids;
  Limits limits;
  MovableOptions movable;
  std::vector<Row> want;
};

constexpr std::uint64_t k16M = 4096;
constexpr std::uint64_t k1G = 262144;
constexpr std::uint64_t k4G = 1048576;

// As a PC with 4 GiB has it.
const memblock::Regions kPc4G = {pages(1, 159), pages(256, 786400), pages(k4G, k4G + k1G)};
const memblock::Regions kMirrored = {pages(1, k4G + k1G, 0, memblock::kMirror),
                                     pages(k4G + k1G, k4G + 2 * k1G),
                                     pages(k4G + 2 * k1G, k4G + 3 * k1G, 0, memblock::kMirror)};

const Case kCases[] = {
    {"nothing", {}, {0}, limits(Pfn{0}), {}, {}},
    {"tiny", {pages(1, 100)}, {0}, limits(Pfn{100}), {}, {{0, "DMA", 1, 99, 99}}},
    {"pc_with_4g",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}),
     {},
     {{0, "DMA", 1, 4095, 3998},
      {0, "DMA32", k16M, 1044480, 782304},
      {0, "Normal", k4G, k1G, k1G}}},
    {"no_zone_dma",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}, {.zone_dma = false}),
     {},
     {{0, "DMA32", 1, 1048575, 786302}, {0, "Normal", k4G, k1G, k1G}}},
    {"two_nodes_one_behind_the_other",
     {pages(1, k1G, 0), pages(k1G, 2 * k1G, 1)},
     {0, 1},
     limits(Pfn{2 * k1G}),
     {},
     {{0, "DMA", 1, 4095, 4095},
      {0, "DMA32", k16M, k1G - k16M, k1G - k16M},
      {1, "DMA32", k1G, k1G, k1G}}},
    {"nodes_that_interleave_span_each_other",
     {pages(8192, 9000, 0), pages(9000, 10000, 1), pages(10000, 11000, 0)},
     {0, 1},
     limits(Pfn{11000}),
     {},
     {{0, "DMA32", 8192, 2808, 1808}, {1, "DMA32", 9000, 1000, 1000}}},
    {"half_pages_do_not_count",
     {{PhysRange::make(0x1800, 0x4800), 0, 0}},
     {0},
     limits(Pfn{5}),
     {},
     {{0, "DMA", 2, 2, 2}}},
    {"memory_above_the_limit_is_in_no_zone",
     {pages(1, 100)},
     {0},
     limits(Pfn{50}),
     {},
     {{0, "DMA", 1, 49, 49}}},
    {"kernelcore",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}),
     {.kernelcore_pages = 900 * 1024},
     // 786302 pages below 4 GiB are the kernel's anyway; 135298 more, up to 4 MiB.
     {{0, "DMA", 1, 4095, 3998},
      {0, "DMA32", k16M, 1044480, 782304},
      {0, "Normal", k4G, 136192, 136192},
      {0, "Movable", k4G + 136192, 125952, 125952}}},
    {"kernelcore_below_what_low_zones_have",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}),
     {.kernelcore_pages = k1G},
     {{0, "DMA", 1, 4095, 3998},
      {0, "DMA32", k16M, 1044480, 782304},
      {0, "Movable", k4G, k1G, k1G}}},
    {"kernelcore_of_all_memory",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}),
     {.kernelcore_percent = 100},
     {{0, "DMA", 1, 4095, 3998},
      {0, "DMA32", k16M, 1044480, 782304},
      {0, "Normal", k4G, k1G, k1G}}},
    {"movablecore_is_rounded_up",
     kPc4G,
     {0},
     limits(Pfn{k4G + k1G}),
     {.movablecore_pages = 1025},
     // 1048446 - 2048 for the kernel: Movable starts at the next 4 MiB above its end.
     {{0, "DMA", 1, 4095, 3998},
      {0, "DMA32", k16M, 1044480, 782304},
      {0, "Normal", k4G, 260096, 260096},
      {0, "Movable", k4G + 260096, 2048, 2048}}},
    {"movable_node",
     {pages(1, k1G, 0), pages(k1G, 2 * k1G, 1, memblock::kHotplug)},
     {0, 1},
     limits(Pfn{2 * k1G}),
     {.movable_node = true, .kernelcore_pages = 5},
     {{0, "DMA", 1, 4095, 4095},
      {0, "DMA32", k16M, k1G - k16M, k1G - k16M},
      {1, "Movable", k1G, k1G, k1G}}},
    {"mirror",
     kMirrored,
     {0},
     limits(Pfn{k4G + 3 * k1G}),
     {.kernelcore_mirror = true},
     {{0, "DMA", 1, 4095, 4095},
      {0, "DMA32", k16M, k4G - k16M, k4G - k16M},
      {0, "Normal", k4G, 3 * k1G, 2 * k1G},
      {0, "Movable", k4G + k1G, 2 * k1G, k1G}}},
};

class Form : public testing::TestWithParam<Case> {};

TEST_P(Form, Zones) {
  const Case& c = GetParam();
  for (const kernel::Behaviour& v : {kV61, kV612}) {
    const Formed formed = form(c.memory, c.nids, c.limits, {.movable = c.movable, .behaviour = v});
    EXPECT_EQ(rows(formed), c.want);
    ASSERT_EQ(formed.nodes.size(), c.nids.size());
    for (const Node& n : formed.nodes) {
      EXPECT_EQ(n.zones.size(), static_cast<std::size_t>(kZoneTypes));
      std::uint64_t present = 0;
      for (const Zone& z : n.zones) present += z.present_pages;
      EXPECT_EQ(n.present_pages, present);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Form, testing::ValuesIn(kCases),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(FormNodes, MemorylessNodeIsAllZero) {
  const memblock::Regions memory = {pages(1, 100)};
  const Formed formed = form(memory, std::vector<int>{1, 0}, limits(Pfn{100}), {});
  ASSERT_EQ(formed.nodes.size(), 2u);
  EXPECT_EQ(formed.nodes[0].nid, 0);
  EXPECT_EQ(formed.nodes[1].nid, 1);
  EXPECT_EQ(raw(formed.nodes[1].start_pfn), 0u);
  EXPECT_EQ(formed.nodes[1].spanned_pages, 0u);
}

// Where zones overlap, v6.1 counts their pages twice.
TEST(FormNodes, SpannedPagesOfOverlappingZones) {
  Options o{.movable = {.kernelcore_mirror = true}, .behaviour = kV612};
  const Limits l = limits(Pfn{k4G + 3 * k1G});
  EXPECT_EQ(form(kMirrored, std::vector<int>{0}, l, o).nodes[0].spanned_pages, k4G + 3 * k1G - 1);
  o.behaviour = kV61;
  EXPECT_EQ(form(kMirrored, std::vector<int>{0}, l, o).nodes[0].spanned_pages, k4G + 5 * k1G - 1);
}

TEST(FormNodes, MirrorWithoutMirroredMemory) {
  Options o{.movable = {.kernelcore_mirror = true}, .behaviour = kV612};
  const Limits l = limits(Pfn{k4G + k1G});
  const Formed now = form(kPc4G, std::vector<int>{0}, l, o);
  ASSERT_EQ(now.events.size(), 1u);
  EXPECT_EQ(now.events[0].text, "The system has no mirror memory, ignore kernelcore=mirror.");
  EXPECT_EQ(now.nodes[0].zones[3].spanned_pages, 0u);
  o.behaviour = kV61;  // did not look: all above 4 GiB becomes movable
  const Formed before = form(kPc4G, std::vector<int>{0}, l, o);
  ASSERT_EQ(before.events.size(), 1u);
  EXPECT_EQ(before.events[0].text, "This configuration results in unmirrored kernel memory.");
  EXPECT_EQ(before.nodes[0].zones[3].present_pages, k1G);
}

TEST(MovableStarts, KernelcoreIsSpreadOverNodes) {
  // 3000 pages: 1000 each; node 2 has 500, so the others give 250 more each, rounded to blocks
  // of 8.
  const memblock::Regions memory = {pages(0, 4000, 0), pages(4000, 8000, 1), pages(8000, 8500, 2)};
  Events events;
  const auto starts = movable_starts(memory, Pfn{0}, {.kernelcore_pages = 3000}, 3, kV612, events);
  EXPECT_EQ(starts, (std::map<int, Pfn>{{0, Pfn{1256}}, {1, Pfn{5256}}}));
}

// Where ZONE_MOVABLE starts in one node of pages [0, 1000), blocks being of 8 pages; 0: nowhere.
std::uint64_t movable_start(const MovableOptions& options) {
  const memblock::Regions memory = {pages(0, 1000)};
  Events events;
  const auto starts = movable_starts(memory, Pfn{0}, options, 3, kV612, events);
  EXPECT_TRUE(events.empty());
  return starts.empty() ? 0 : raw(starts.at(0));
}

TEST(MovableStarts, SharesAreOfAllPages) {
  EXPECT_EQ(movable_start({.kernelcore_percent = 50}), 504u);
  EXPECT_EQ(movable_start({.movablecore_percent = 25}), 744u);
  EXPECT_EQ(movable_start({.kernelcore_pages = 8, .kernelcore_percent = 80}), 800u);
  EXPECT_EQ(movable_start({.movablecore_pages = 100}), 896u);
  // The larger of what the kernel wants and what movable pages leave it.
  EXPECT_EQ(movable_start({.kernelcore_percent = 80, .movablecore_percent = 50}), 800u);
  EXPECT_EQ(movable_start({.kernelcore_percent = 20, .movablecore_percent = 50}), 496u);
  // Nothing is left of one of the two.
  EXPECT_EQ(movable_start({.kernelcore_pages = 1000}), 0u);
  EXPECT_EQ(movable_start({.movablecore_pages = 5000}), 0u);
  // Rounded up it begins behind the node's end.
  EXPECT_EQ(movable_start({.kernelcore_pages = 999}), 0u);
  EXPECT_EQ(movable_start({.kernelcore_pages = 992}), 992u);
}

TEST(MovableStarts, HotPluggableMemoryBeginsAtAPage) {
  const memblock::Regions memory = {pages(1, 4096),
                                    {PhysRange::make(0x1000800, 0x2000000), memblock::kHotplug, 1},
                                    pages(0x3000, 0x4000, 1, memblock::kHotplug),
                                    pages(0x5000, 0x6000, 2, memblock::kHotplug)};
  kernel::Behaviour behaviour = kV612;
  Events events;
  behaviour.movable_rounds_down = false;
  EXPECT_EQ(movable_starts(memory, Pfn{0}, {.movable_node = true}, 0, behaviour, events),
            (std::map<int, Pfn>{{1, Pfn{0x1001}}, {2, Pfn{0x5000}}}));
  behaviour.movable_rounds_down = true;
  EXPECT_EQ(movable_starts(memory, Pfn{0}, {.movable_node = true}, 0, behaviour, events),
            (std::map<int, Pfn>{{1, Pfn{0x1000}}, {2, Pfn{0x5000}}}));
}

// What is not mirrored below 4 GiB stays the kernel's, with a warning.
TEST(MovableStarts, UnmirroredMemoryBeginsAbove4G) {
  const memblock::Regions memory = {pages(1, 4096, 0, memblock::kMirror), pages(4096, 8192),
                                    pages(k4G, k4G + 64), pages(k4G + 128, k4G + 256),
                                    pages(k4G + 512, k4G + 1024, 1)};
  Events events;
  EXPECT_EQ(movable_starts(memory, Pfn{0}, {.kernelcore_mirror = true}, 3, kV612, events),
            (std::map<int, Pfn>{{0, Pfn{k4G}}, {1, Pfn{k4G + 512}}}));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].severity, Severity::warning);
  EXPECT_EQ(events[0].text, "This configuration results in unmirrored kernel memory.");
}

TEST(MovableStarts, MirroredMemoryIsTheKernelsWhereverItIs) {
  const memblock::Regions memory = {
      pages(1, 4096, 0, memblock::kMirror),
      pages(k4G, k4G + 64, 0, memblock::kMirror),
      {PhysRange::make(((k4G + 64) << kPageShift) + 0x800, (k4G + 256) << kPageShift), 0, 0}};
  Events events;
  EXPECT_EQ(movable_starts(memory, Pfn{0}, {.kernelcore_mirror = true}, 0, kV612, events),
            (std::map<int, Pfn>{{0, Pfn{k4G + 65}}}));
  EXPECT_TRUE(events.empty());
}

// A node's memory below the highest zone is the kernel's, and counts for its share.
TEST(MovableStarts, LowZonesCountForTheKernelsShare) {
  const memblock::Regions memory = {pages(0, 100), pages(200, 300), pages(350, 1000)};
  Events events;
  const auto start = [&](std::uint64_t lowest, std::uint64_t core) {
    const auto starts =
        movable_starts(memory, Pfn{lowest}, {.kernelcore_pages = core}, 0, kV612, events);
    return starts.empty() ? 0 : raw(starts.at(0));
  };
  EXPECT_EQ(start(400, 300), 450u);  // 250 pages below, 50 more
  EXPECT_EQ(start(400, 200), 400u);  // more than asked for lie below
  EXPECT_EQ(start(0, 150), 250u);
  EXPECT_EQ(start(250, 150), 250u);
  EXPECT_EQ(start(250, 151), 251u);
  EXPECT_EQ(start(100, 100), 200u);  // all that is asked for lies below
}

// What is left of a node's regions from round to round is not contiguous.
TEST(MovableStarts, FurtherRoundsGoOnBehindWhatWasTaken) {
  const memblock::Regions memory = {pages(0, 100, 0), pages(200, 260, 0), pages(400, 1000, 0),
                                    pages(1000, 1010, 1)};
  Events events;
  // 150 of node 0, up to 250, and 10 of node 1; then 140 more of node 0.
  EXPECT_EQ(movable_starts(memory, Pfn{0}, {.kernelcore_pages = 300}, 0, kV612, events),
            (std::map<int, Pfn>{{0, Pfn{530}}}));
}

// What is left for less than a page of each node but one is left; for more there is another round.
TEST(MovableStarts, ARestOfAPageANodeIsNotTaken) {
  const memblock::Regions memory = {pages(0, 100, 0), pages(1000, 1010, 1)};
  Events events;
  const auto start = [&](std::uint64_t core) {
    return raw(movable_starts(memory, Pfn{0}, {.kernelcore_pages = core}, 0, kV612, events).at(0));
  };
  EXPECT_EQ(start(22), 11u);
  EXPECT_EQ(start(23), 13u);
}

TEST(MovableStarts, WholePagesCount) {
  const memblock::Regions memory = {{PhysRange::make(0x800, 0x64800), 0, 0},       // [1, 100)
                                    {PhysRange::make(0x100800, 0x101800), 0, 1}};  // none
  Events events;
  const auto start = [&](const MovableOptions& options) {
    const auto starts = movable_starts(memory, Pfn{0}, options, 0, kV612, events);
    return starts.contains(0) ? raw(starts.at(0)) : 0;
  };
  EXPECT_EQ(start({.kernelcore_pages = 10}), 11u);
  EXPECT_EQ(start({.movablecore_pages = 9}), 91u);
  EXPECT_EQ(start({.kernelcore_pages = 1}), 2u);  // of one node: the other has no page
}

TEST(MovableStarts, PercentagesAreOfMillions) {
  const memblock::Regions memory = {pages(0, 1'000'000)};
  Events events;
  const auto start = [&](const MovableOptions& options) {
    return raw(movable_starts(memory, Pfn{0}, options, 0, kV612, events).at(0));
  };
  EXPECT_EQ(start({.kernelcore_percent = 50}), 500'000u);
  EXPECT_EQ(start({.movablecore_percent = 50}), 500'000u);
}

// What one node's low zones give beyond its share the others need not give.
TEST(MovableStarts, MoreThanAShareInLowZonesSparesOtherNodes) {
  const memblock::Regions memory = {pages(0, 1000, 0), pages(1000, 2000, 1)};
  Events events;
  const auto starts =
      movable_starts(memory, Pfn{900}, {.kernelcore_pages = 1000}, 0, kV612, events);
  EXPECT_EQ(starts, (std::map<int, Pfn>{{0, Pfn{950}}, {1, Pfn{1050}}}));
}

TEST(FormNodes, MovableEndsWhereTheHighestZoneDoes) {
  const memblock::Regions memory = {pages(1, 100)};
  const Formed formed =
      form(memory, std::vector<int>{0}, limits(Pfn{50}),
           {.movable = {.kernelcore_pages = 16}, .max_page_order = 0, .behaviour = kV612});
  EXPECT_EQ(rows(formed), (std::vector<Row>{{0, "DMA", 1, 16, 16}, {0, "Movable", 17, 33, 33}}));
}

TEST(Form, ZonesHaveNames) {
  EXPECT_EQ(name(ZoneType::dma), "DMA");
  EXPECT_EQ(name(ZoneType::movable), "Movable");
  EXPECT_EQ(name(ZoneType{4}), "?");
}

// Where it begins within a lower zone, that zone ends there; one behind it has nothing left.
TEST(FormNodes, MovableTakesTheEndOfTheHighestZone) {
  const memblock::Regions memory = {pages(1, k1G, 0), pages(k1G, 2 * k1G, 1)};
  const Formed formed = form(memory, std::vector<int>{0, 1}, limits(Pfn{2 * k1G}),
                             {.movable = {.kernelcore_pages = k1G}, .behaviour = kV612});
  const std::uint64_t half = k1G / 2;  // of each node, the first of which lacks page 0
  EXPECT_EQ(rows(formed),
            (std::vector<Row>{{0, "DMA", 1, 4095, 4095},
                              {0, "DMA32", k16M, half + 1024 - k16M, half + 1024 - k16M},
                              {0, "Movable", half + 1024, half - 1024, half - 1024},
                              {1, "DMA32", k1G, half, half},
                              {1, "Movable", k1G + half, half, half}}));
}

}  // namespace
}  // namespace memmap::zones
