#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "base/sanitized.h"
#include "report/diagram/diagrams.h"
#include "report/diagram/render.h"
#include "report/form/digraph.h"
#include "support/lists.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

GraphTable table_of(Label text) { return GraphTable{}.row({{.text = std::move(text)}}); }

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
  return n;
}

// Bytes of this process that are in memory.
std::size_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages << 12;
}

TEST(Digraph, KeepsTheOrderOfItsCalls) {
  Digraph graph(table_of({"t"}), Theme::light);
  for (int i = 0; i < 30; ++i) {
    const auto cluster = graph.add_cluster(fmt::format("c{}", i), {"c"});
    graph.add_edge({.node = graph.add_node(cluster, "a", table_of({"a"}))},
                   {.node = graph.add_node(cluster, "b", table_of({"b"}))});
  }
  const std::string dot = graph.to_dot();
  for (int i = 0; i + 1 < 30; ++i) {
    EXPECT_LT(dot.find(fmt::format("cluster_c{} ", i)),
              dot.find(fmt::format("cluster_c{} ", i + 1)))
        << i;
  }
}

TEST(Digraph, GivesANameOnce) {
  Digraph graph(table_of({"t"}), Theme::light);
  for (int i = 0; i < 2; ++i) graph.add_node(Digraph::kNoCluster, "a<\"\n>b", table_of({""}));
  EXPECT_THAT(graph.to_dot(), HasSubstr("a_b\t"));
  EXPECT_THAT(graph.to_dot(), HasSubstr("a_b_2\t"));
}

TEST(Digraph, TakesNoTextForMarkup) {
  Digraph graph(table_of({"<b>title</b>"}), Theme::light);
  graph.add_node(Digraph::kNoCluster, "n", table_of({"<i>", "\\N \\G", "\"q\" & 'p'", "\x1b\xff"}));
  const std::string dot = graph.to_dot();
  EXPECT_THAT(dot, HasSubstr("&lt;b&gt;title&lt;/b&gt;"));
  EXPECT_THAT(dot, HasSubstr("&lt;i&gt;"));
  EXPECT_THAT(dot, HasSubstr("&#92;N &#92;G"));
  EXPECT_THAT(dot, HasSubstr("&quot;q&quot; &amp; &#39;p&#39;"));
  EXPECT_THAT(dot, HasSubstr(">?"
                             "?<"));
}

TEST(Diagrams, FoldLargeMachines) {
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
  for (const Diagram& diagram : diagrams()) {
    const std::string dot = to_dot(diagram, o, {});
    EXPECT_LE(count(dot, "\tid="), 60u) << diagram.name;
    EXPECT_LE(count(dot, "<TR>"), 260u) << diagram.name;
  }
  EXPECT_THAT(to_dot(*diagram_named("numa"), o, {}), HasSubstr("… 2973 more"));
  EXPECT_THAT(to_dot(*diagram_named("numa"), o, {}, {.full = true}), Not(HasSubstr("… ")));
}

TEST(Diagrams, OfNothingAreGraphs) {
  for (const Diagram& diagram : diagrams()) {
    const std::string dot = to_dot(diagram, {}, {});
    EXPECT_THAT(dot, StartsWith("digraph memmap {")) << diagram.name;
    EXPECT_TRUE(render(dot, PictureFormat::svg).ok()) << diagram.name;
  }
}

TEST(Diagrams, ShowAPanic) {
  for (const Diagram& diagram : diagrams())
    EXPECT_THAT(to_dot(diagram, test::stopped(), {}), HasSubstr("panic: Failed to allocate"));
}

TEST(Diagrams, AThousandTakeNoMoreMemoryThanOne) {
  const boot::Outcome o = test::two_nodes();
  const auto all = [&] {
    for (const Diagram& diagram : diagrams()) EXPECT_FALSE(to_dot(diagram, o, {}).empty());
  };
  for (int i = 0; i < 10; ++i) all();
  const std::size_t before = resident();
  for (int i = 0; i < 112; ++i) all();  // 1,008 of them
  if (!kAddressSanitized) {             // which tells of leaks itself
    EXPECT_LT(resident(), before + (std::size_t{4} << 20));
  }
}

TEST(Render, DrawsPictures) {
  for (const Diagram& diagram : diagrams()) {
    const std::string dot = to_dot(diagram, test::hostile(), {}, {.title = "<b>\xff\n\"]]>"});
    const auto svg = render(dot, PictureFormat::svg, {.dark = true, .title = "<t>"});
    ASSERT_TRUE(svg.ok()) << diagram.name << to_string(svg.errors());
    EXPECT_THAT(*svg, HasSubstr("</svg>"));
    EXPECT_THAT(*svg, HasSubstr("<title>&lt;t&gt;</title>"));
    EXPECT_THAT(*svg, HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(*svg, Not(HasSubstr("<b>")));
    EXPECT_THAT(*svg, Not(HasSubstr("DOCTYPE")));
  }
}

TEST(Render, GivesTheSameBytes) {
  const std::string dot = to_dot(*diagram_named("structs"), test::two_nodes(), {});
  const auto png = render(dot, PictureFormat::png);
  ASSERT_TRUE(png.ok());
  EXPECT_EQ(*png, *render(dot, PictureFormat::png));
  const auto pdf = render(dot, PictureFormat::pdf);
  ASSERT_TRUE(pdf.ok());
  if (pdf->find("/ObjStm") != pdf->npos) return;  // since Cairo 1.18 its date is in there, packed
  EXPECT_EQ(*pdf, *render(dot, PictureFormat::pdf));
  EXPECT_THAT(*pdf, HasSubstr("/CreationDate (D:19700101000000"));
}

TEST(Render, RefusesWhatIsNoGraph) { EXPECT_FALSE(render("digraph {", PictureFormat::svg).ok()); }

TEST(Render, EndsEndlessWork) {
  std::string dot = "digraph {";
  std::uint64_t seed = 7;
  for (int i = 0; i < 2000; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    dot += fmt::format("{} -> {};", (seed >> 33) % 500, (seed >> 45) % 500);
  }
  const auto picture = render(dot + "}", PictureFormat::svg, {}, std::chrono::milliseconds(300));
  ASSERT_FALSE(picture.ok());
  EXPECT_THAT(picture.errors()[0].message, HasSubstr("had not ended after 300 ms"));
}

}  // namespace
}  // namespace memmap::report
