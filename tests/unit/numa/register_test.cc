#include "numa/register.h"

#include <gtest/gtest.h>

namespace memmap::numa {

bool operator==(const NodeBlock& a, const NodeBlock& b) {
  return a.range == b.range && a.nid == b.nid;
}
void PrintTo(const NodeBlock& b, std::ostream* out) {
  *out << std::hex << "{" << raw(b.range.base()) << ", " << raw(b.range.end()) << ", " << b.nid
       << "}";
}

namespace {

constexpr kernel::Version kV61{6, 1, 0};
constexpr kernel::Version kV612{6, 12, 117};

kernel::Behaviour of(kernel::Version version) { return kernel::behaviour_of(version, 6); }

NodeBlock block(std::uint64_t base, std::uint64_t end, int nid) {
  return {PhysRange::make(base, end), nid};
}
memblock::Region memory(std::uint64_t base, std::uint64_t end) {
  return {PhysRange::make(base, end), 0, memblock::kAnyNode};
}

Options options(std::uint64_t top, kernel::Version version) {
  return {.max_pfn = Pfn{top >> kPageShift}, .nodes_shift = 6, .behaviour = of(version)};
}

struct Case {
  const char* name;
  std::vector<NodeBlock> blocks;
  memblock::Regions memory;
  std::uint64_t top;
  bool accepted;
  std::vector<NodeBlock> v61;   // meminfo
  std::vector<NodeBlock> v612;  // the same where memory starts above 0
  std::vector<NodeBlock> reserve;
};

const Case kCases[] = {
    // As qemu's SRAT has two nodes of 1 GiB.
    {"two_nodes",
     {block(0, 0xa0000, 0), block(0x100000, 0x40000000, 0), block(0x40000000, 0x80000000, 1)},
     {memory(0x1000, 0x9f000), memory(0x100000, 0x7ffe0000)},
     0x7ffe0000,
     true,
     {block(0, 0x40000000, 0), block(0x40000000, 0x7ffe0000, 1)},
     {block(0x1000, 0x40000000, 0), block(0x40000000, 0x7ffe0000, 1)},
     {block(0x7ffe0000, 0x80000000, 1)}},
    {"other_node_between",
     {block(0, 0x1000000, 0), block(0x1000000, 0x2000000, 1), block(0x2000000, 0x3000000, 0)},
     {memory(0, 0x3000000)},
     0x3000000,
     true,
     {block(0, 0x1000000, 0), block(0x1000000, 0x2000000, 1), block(0x2000000, 0x3000000, 0)},
     {block(0, 0x1000000, 0), block(0x1000000, 0x2000000, 1), block(0x2000000, 0x3000000, 0)},
     {}},
    {"hotplug_window_is_set_aside",
     {block(0, 0x1000000, 0), block(0x100000000, 0x200000000, 0)},
     {memory(0, 0x1000000)},
     0x1000000,
     true,
     {block(0, 0x1000000, 0)},
     {block(0, 0x1000000, 0)},
     {block(0x100000000, 0x200000000, 0)}},
    {"overlap_with_itself_is_joined",
     {block(0x800000, 0x1000000, 3), block(0, 0x900000, 3)},
     {memory(0, 0x1000000)},
     0x1000000,
     true,
     {block(0, 0x1000000, 3)},
     {block(0, 0x1000000, 3)},
     {}},
    {"overlap_of_two_nodes_is_refused",
     {block(0, 0x900000, 0), block(0x800000, 0x1000000, 1)},
     {memory(0, 0x1000000)},
     0x1000000,
     false,
     {block(0, 0x900000, 0), block(0x800000, 0x1000000, 1)},
     {block(0, 0x900000, 0), block(0x800000, 0x1000000, 1)},
     {}},
    {"memory_without_node_is_refused",
     {block(0, 0x800000, 0)},
     {memory(0, 0x1000000)},
     0x1000000,
     false,
     {block(0, 0x800000, 0)},
     {block(0, 0x800000, 0)},
     {}},
    {"less_than_a_megabyte_may_be_lost",
     {block(0, 0xf01000, 0)},
     {memory(0, 0x1000000)},
     0x1000000,
     true,
     {block(0, 0xf01000, 0)},
     {block(0, 0xf01000, 0)},
     {}},
    {"invalid_and_empty_blocks_are_left_out",
     {block(0, 0x1000000, 0), block(0, 0x1000, 64), block(0, 0x1000, -1), block(5, 5, 2)},
     {memory(0, 0x1000000)},
     0x1000000,
     true,
     {block(0, 0x1000000, 0)},
     {block(0, 0x1000000, 0)},
     {}},
};

class FromBlocks : public testing::TestWithParam<Case> {};

TEST_P(FromBlocks, Meminfo) {
  const Case& c = GetParam();
  for (const kernel::Version v : {kV61, kV612}) {
    const Registered s = from_blocks({.blocks = c.blocks}, c.memory, options(c.top, v));
    EXPECT_EQ(s.accepted, c.accepted);
    EXPECT_EQ(s.meminfo, v == kV61 ? c.v61 : c.v612);
    EXPECT_EQ(s.reserve_meminfo, c.reserve);
    EXPECT_TRUE(std::is_sorted(
        s.nodes.blocks.begin(), s.nodes.blocks.end(),
        [](const NodeBlock& a, const NodeBlock& b) { return a.range.base() < b.range.base(); }));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, FromBlocks, testing::ValuesIn(kCases),
                         [](const auto& i) { return std::string(i.param.name); });

TEST(FromBlocksEvents, KernelsWords) {
  const Case& c = kCases[0];
  const Registered s = from_blocks({.blocks = c.blocks}, c.memory, options(c.top, kV61));
  ASSERT_EQ(s.events.size(), 1u);
  EXPECT_EQ(s.events[0].text,
            "NUMA: Node 0 [mem 0x00000000-0x0009ffff] + [mem 0x00100000-0x3fffffff] -> "
            "[mem 0x00000000-0x3fffffff]");
}

TEST(FromBlocksEvents, LostMemory) {
  const memblock::Regions all = {memory(0, 0x1000000)};
  const Parsed half{.blocks = {block(0, 0x800000, 0)}};
  EXPECT_EQ(from_blocks(half, all, options(0x1000000, kV61)).events.back().text,
            "NUMA: nodes only cover 8MB of your 16MB e820 RAM. Not used.");
  EXPECT_EQ(from_blocks(half, all, options(0x1000000, kV612)).events.back().text,
            "NUMA: no nodes coverage for 8MB of 16MB RAM");
}

// One megabyte exactly: v6.1 refuses it, and v6.12 until 6.12.5.
TEST(FromBlocksEvents, OneMegabyteLost) {
  const memblock::Regions all = {memory(0, 0x1000000)};
  const Parsed most{.blocks = {block(0, 0xf00000, 0)}};
  EXPECT_FALSE(from_blocks(most, all, options(0x1000000, kV61)).accepted);
  EXPECT_FALSE(from_blocks(most, all, options(0x1000000, {6, 12, 4})).accepted);
  EXPECT_TRUE(from_blocks(most, all, options(0x1000000, kV612)).accepted);
}

// Such memory has the node MAX_NUMNODES, and is looked for with NUMA_NO_NODE.
TEST(FromBlocksEvents, GapsAreMissedFor) {
  const auto of_version = [](kernel::Version version) {
    return from_blocks({{block(0, 0x40000000, 0)}, {0}}, memblock::Regions{memory(0, 0x80000000)},
                       options(0x80000000, version));
  };
  for (const kernel::Version version : {kernel::Version{6, 8, 0}, kernel::Version{6, 9, 5}}) {
    const Registered got = of_version(version);
    EXPECT_TRUE(got.accepted);
    EXPECT_EQ(got.unseen, kGiB);
  }
  for (const kernel::Version version :
       {kernel::Version{6, 7, 0}, kernel::Version{6, 9, 6}, kernel::Version{6, 10, 0}}) {
    const Registered got = of_version(version);
    EXPECT_FALSE(got.accepted);
    EXPECT_EQ(got.unseen, 0u);
  }
}

TEST(FromBlocksNodes, ProcessorsNodesArePossibleButNotOnline) {
  const memblock::Regions all = {memory(0, 0x1000000)};
  const Registered s = from_blocks({.blocks = {block(0, 0x1000000, 1)}, .nodes = {0, 1, 2}}, all,
                                   options(0x1000000, kV612));
  EXPECT_EQ(s.possible, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(s.nodes.online, std::vector<int>{1});
}

TEST(FromBlocksNodes, TooManyBlocks) {
  const memblock::Regions all = {memory(0, 0x1000000)};
  Options o = options(0x1000000, kV612);
  o.nodes_shift = 1;
  Parsed parsed;
  for (std::uint64_t i = 0; i < 5; ++i) parsed.blocks.push_back(block(i << 20, (i + 1) << 20, 0));
  const Registered s = from_blocks(parsed, all, o);
  EXPECT_FALSE(s.accepted);
  EXPECT_EQ(s.events.back().text, "too many memblk ranges");
}

TEST(Domains, NumberedAsMet) {
  EXPECT_EQ(nodes_of_domains(std::vector<int>{7, 7, 2, 7, 5}, 6),
            (std::map<int, int>{{7, 0}, {2, 1}, {5, 2}}));
  EXPECT_EQ(nodes_of_domains(std::vector<int>{7, 2, 5}, 1), (std::map<int, int>{{7, 0}, {2, 1}}));
}

TEST(NodeData, SizeIsRoundedByVersion) {
  const Nodes nodes{.online = {0, 2}};
  const auto now = node_data_requests(nodes, 174465, of(kV612));
  ASSERT_EQ(now.size(), 2u);
  EXPECT_EQ(now[1].nid, 2);
  EXPECT_EQ(now[1].size, 174528u);
  EXPECT_EQ(now[1].align, 64u);
  EXPECT_EQ(node_data_requests(nodes, 174465, of(kV61))[0].size, 176128u);
}

}  // namespace
}  // namespace memmap::numa
