#include "report/diagram/dot_page_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "paging/areas.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kAreas = 8;
constexpr std::size_t kRuns = 3;    // of one level and area
constexpr std::size_t kPlaces = 3;  // of the tables of one level and area

constexpr std::uint64_t kNoPages = 0;

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

// Where tables lie, the first of them: `0x4402000 brk`.
Label tables_label(std::string_view name, const std::vector<const paging::TablePage*>& tables) {
  Label label{counted(tables.size(), fmt::format("{} table", name))};
  for (std::size_t i = 0; i < std::min(tables.size(), kPlaces); ++i) {
    const paging::TablePage& table = *tables[i];
    label.push_back(fmt::format("{} {}", table.phys ? hex(raw(*table.phys)) : "place not known,",
                                origin_name(table.origin)));
  }
  if (tables.size() > kPlaces) label.push_back(fmt::format("… {} more", tables.size() - kPlaces));
  return label;
}

// The tables of a level that translate addresses of the area's pages; ascending.
std::vector<const paging::TablePage*> tables_of(const paging::AddressSpace& space, unsigned level,
                                                const paging::AreaTables& area) {
  std::vector<const paging::TablePage*> out;
  const paging::Mapping& last = *area.mappings.back();
  const VirtAddr end{raw(last.virt) + (last.bytes() - 1)};
  const auto& tables = space.tables(level);
  auto at = tables.upper_bound(area.mappings.front()->virt);
  if (at != tables.begin()) --at;
  for (; at != tables.end() && at->first <= end; ++at) {
    const VirtAddr table_end{raw(at->first) + (paging::table_size(level) - 1)};
    if (table_end >= area.mappings.front()->virt) out.push_back(&at->second);
  }
  return out;
}

// A cluster for each level of tables from the root down, and one for what they lead to.
class Levels {
 public:
  Levels(Digraph& graph, Digraph::Cluster parent, const paging::AddressSpace& tables)
      : graph_(graph), tables_(tables), parent_(parent) {
    for (unsigned level = tables.levels(); level >= 1; --level) {
      clusters_[level] =
          graph.add_cluster({std::string(table_name(level, tables.levels()))}, parent);
    }
    pages_ = graph.add_cluster({"pages"}, parent);
    const paging::TablePage* root = tables.table(tables.levels(), VirtAddr{0});
    root_ = graph.add_node(clusters_[tables.levels()], tables_label("PGD", {root}), "white");
  }

  void add_area(const paging::AreaTables& area) {
    Digraph::Node above = root_;
    Label edge{std::string(area.name), hex(raw(area.mappings.front()->virt), 16)};
    for (unsigned level = tables_.levels() - 1; level >= 1; --level) {
      const auto tables = tables_of(tables_, level, area);
      if (tables.empty()) continue;
      const Digraph::Node node = node_of(level, tables);
      if (edges_.insert({above, node}).second || !edge.empty()) graph_.add_edge(above, node, edge);
      edge.clear();
      above = node;
      const std::uint64_t size = level <= 3 ? paging::entry_size(level) : kNoPages;
      const Label runs = size == kNoPages ? Label{} : runs_label(area, size);
      if (runs.empty()) continue;
      graph_.add_edge(node, graph_.add_node(pages_, runs, "honeydew"), {human_size(size)});
    }
  }

  void add_more(std::size_t areas) {
    const Label label{fmt::format("… {} more areas", areas)};
    graph_.add_edge(root_, graph_.add_node(parent_, label, "white"));
  }

 private:
  using Group = std::vector<const paging::TablePage*>;

  // One node for tables that several areas share.
  Digraph::Node node_of(unsigned level, const Group& tables) {
    const auto [at, is_new] = nodes_.try_emplace(tables);
    if (is_new) {
      at->second = graph_.add_node(
          clusters_[level], tables_label(table_name(level, tables_.levels()), tables), "white");
    }
    return at->second;
  }

  Digraph& graph_;
  const paging::AddressSpace& tables_;
  std::map<Group, Digraph::Node> nodes_{};
  std::set<std::pair<Digraph::Node, Digraph::Node>> edges_{};
  Digraph::Cluster parent_;
  std::array<Digraph::Cluster, 6> clusters_{};  // by level
  Digraph::Cluster pages_{};
  Digraph::Node root_{};
};

}  // namespace

void add_page_tables(Digraph& graph, const paging::AddressSpace& tables) {
  std::vector<paging::AreaTables> areas = paging::tables_by_area(tables);
  if (areas.empty()) return;
  const Digraph::Cluster cluster =
      graph.add_cluster({fmt::format("Page tables, {} levels", tables.levels())});
  Levels levels(graph, cluster, tables);
  for (std::size_t i = 0; i < std::min(areas.size(), kAreas); ++i) levels.add_area(areas[i]);
  if (areas.size() > kAreas) levels.add_more(areas.size() - kAreas);
}

}  // namespace memmap::report
