#include "report/diagram/dot.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "report/diagram/render.h"
#include "report/form/digraph.h"
#include "support/lists.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Digraph, KeepsTheOrderOfItsCalls) {
  Digraph graph({"t"});
  for (int i = 0; i < 30; ++i) {
    const auto cluster = graph.add_cluster({fmt::format("c{}", i)});
    graph.add_edge(graph.add_node(cluster, {"a"}, "white"),
                   graph.add_node(cluster, {"b"}, "white"));
  }
  const std::string dot = graph.to_dot();
  for (int i = 0; i + 1 < 30; ++i) {
    EXPECT_LT(dot.find(fmt::format("cluster_{} ", i)), dot.find(fmt::format("cluster_{} ", i + 1)))
        << i;
  }
}

TEST(Digraph, TakesNoTextForMarkup) {
  Digraph graph({"<b>title</b>"});
  graph.add_node(Digraph::kNoCluster, {"<i>", "\\N \\G", "\"q\"", "\x1b\xff"}, "white");
  const std::string dot = graph.to_dot();
  EXPECT_THAT(dot, HasSubstr("\"<b>title</b>\\l\""));
  EXPECT_THAT(dot, HasSubstr("\"<i>\\l\\\\N \\\\G\\l\\\"q\\\"\\l??\\l\""));
}

TEST(Dot, FoldsLargeMachines) {
  boot::Outcome o;
  memblock::Regions memory;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const PhysRange range =
        PhysRange::make(i << 21, (i << 21) + 0x1000 * (i + 1) % 0x200000 + 0x1000);
    o.state.e820.firmware.add({range.base(), range.size(), E820Type::ram});
    memory.push_back({range, 0, static_cast<int>(i % 64)});
    o.owners.push_back({range, nullptr, fmt::format("owner {}", i % 500), "f"});
    o.state.page_tables.map(
        {VirtAddr{0xffff888000000000 + (i << 21)}, PhysAddr{i << 21}, 4096, i % 7 + 1, 1});
  }
  test::set_memory(o.state.memblock, memory);
  for (int nid = 0; nid < 64; ++nid) {
    o.state.node_states.push_back({nid, Pfn{0}, 3000 << 9, 3000 << 9, {}});
    for (const auto type :
         {zones::ZoneType::dma, zones::ZoneType::dma32, zones::ZoneType::normal}) {
      o.state.node_states.back().zones.push_back(
          {{type, Pfn{0}, 3000 << 9, 100}, 1, {{0, buddy::MigrateType::movable, {{Pfn{1}, 1}}}}});
    }
  }
  const std::string dot = to_dot(o);
  std::size_t nodes = 0;
  while (dot.find(fmt::format("\tn{}\t", nodes)) != std::string::npos) ++nodes;
  EXPECT_GT(nodes, 50u);
  EXPECT_LE(nodes, kMaxDotNodes);
  EXPECT_THAT(dot, HasSubstr("… 2977 more"));
  EXPECT_THAT(dot, HasSubstr("… 56 more nodes"));
}

TEST(Dot, OfNothingIsAGraph) { EXPECT_THAT(to_dot({}), StartsWith("digraph memmap {")); }

TEST(Dot, ShowsAPanic) {
  EXPECT_THAT(to_dot(test::stopped()), HasSubstr("panic: Failed to allocate"));
}

TEST(Render, DrawsPictures) {
  const auto svg = render(to_dot(test::hostile()), Picture::svg);
  ASSERT_TRUE(svg.ok()) << to_string(svg.errors());
  EXPECT_THAT(*svg, HasSubstr("</svg>"));
  EXPECT_THAT(*svg, Not(HasSubstr("<b>")));
}

TEST(Render, RefusesWhatIsNoGraph) { EXPECT_FALSE(render("digraph {", Picture::svg).ok()); }

TEST(Render, EndsEndlessWork) {
  std::string dot = "digraph {";
  std::uint64_t seed = 7;
  for (int i = 0; i < 2000; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    dot += fmt::format("{} -> {};", (seed >> 33) % 500, (seed >> 45) % 500);
  }
  const auto picture = render(dot + "}", Picture::svg, std::chrono::milliseconds(300));
  ASSERT_FALSE(picture.ok());
  EXPECT_THAT(picture.errors()[0].message, HasSubstr("had not ended after 300 ms"));
}

}  // namespace
}  // namespace memmap::report
