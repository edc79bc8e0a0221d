#include "report/diagram/dot_page_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "paging/areas.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kAreas = 8;
constexpr std::size_t kRuns = 3;  // of one level and area

struct Level {
  const char* name;
  std::uint64_t tables;
  std::uint64_t page_size;  // of its leaves; 0: has none
};

std::string run_text(const paging::Mapping& m) {
  return fmt::format("{} → {}  {} × {}  {}", hex(raw(m.virt), 16), hex(raw(m.phys)), m.pages,
                     human_size(m.page_size), mapping_flags(m.flags));
}

// All runs of one page size in one node: the largest, in the order of their addresses.
Label runs_label(const paging::AreaTables& area, std::uint64_t page_size) {
  std::vector<const paging::Mapping*> runs;
  for (const paging::Mapping* m : area.mappings) {
    if (m->page_size == page_size) runs.push_back(m);
  }
  const std::size_t all = runs.size();
  if (all > kRuns + 1) {
    std::stable_sort(runs.begin(), runs.end(),
                     [](const auto* a, const auto* b) { return a->pages > b->pages; });
    runs.resize(kRuns);
    std::sort(runs.begin(), runs.end(),
              [](const auto* a, const auto* b) { return a->virt < b->virt; });
  }
  Label label;
  for (const paging::Mapping* m : runs) label.push_back(run_text(*m));
  if (all > runs.size()) label.push_back(fmt::format("… {} more", all - runs.size()));
  return label;
}

void add_area(Digraph& graph, Digraph::Cluster cluster, Digraph::Node root,
              const paging::AreaTables& area) {
  const Digraph::Node top =
      graph.add_node(cluster,
                     {std::string(area.name), "from " + hex(raw(area.mappings.front()->virt), 16),
                      human_size(area.bytes) + " mapped"},
                     "lightgoldenrod1");
  graph.add_edge(root, top);
  const Level levels[] = {{"P4D", area.p4d_tables, 0},
                          {"PUD", area.pud_tables, paging::kSize1G},
                          {"PMD", area.pmd_tables, paging::kSize2M},
                          {"PTE", area.pte_tables, paging::kSize4K}};
  Digraph::Node above = top;
  for (const Level& level : levels) {
    if (level.tables == 0) continue;
    const Digraph::Node node = graph.add_node(
        cluster, {counted(level.tables, fmt::format("{} table", level.name))}, "white");
    graph.add_edge(above, node);
    above = node;
    const Label runs = level.page_size == 0 ? Label{} : runs_label(area, level.page_size);
    if (!runs.empty())
      graph.add_edge(node, graph.add_node(cluster, runs, "honeydew"),
                     {human_size(level.page_size)});
  }
}

}  // namespace

void add_page_tables(Digraph& graph, const paging::AddressSpace& tables) {
  std::vector<paging::AreaTables> areas = paging::tables_by_area(tables);
  if (areas.empty()) return;
  const Digraph::Cluster cluster =
      graph.add_cluster({fmt::format("Page tables, {} levels", tables.levels())});
  const Digraph::Node root = graph.add_node(cluster, {"PGD"}, "white");
  for (std::size_t i = 0; i < std::min(areas.size(), kAreas); ++i)
    add_area(graph, cluster, root, areas[i]);
  if (areas.size() > kAreas) {
    graph.add_edge(
        root,
        graph.add_node(cluster, {fmt::format("… {} more areas", areas.size() - kAreas)}, "white"));
  }
}

}  // namespace memmap::report
