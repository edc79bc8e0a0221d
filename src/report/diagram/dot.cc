#include "report/diagram/dot.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "report/diagram/dot_page_tables.h"
#include "report/form/digraph.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kMapNodes = 24;
constexpr std::size_t kMemoryNodes = 24;
constexpr std::size_t kOwnerNodes = 24;
constexpr std::size_t kNumaNodes = 8;  // each a node for itself, its zones and their free blocks

// What is drawn as one node of the graph.
struct Item {
  std::vector<PhysRange> ranges{};  // ascending
  std::uint64_t bytes = 0;
  Label label{};
  std::string fill{};
  Digraph::Node node = -1;
};

// Adds the items to the cluster, the smallest folded into one if there are more than `limit`, and
// tells them which node they are.
void add_items(Digraph& graph, Digraph::Cluster cluster, std::vector<Item>& items,
               std::size_t limit) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return items[a].bytes > items[b].bytes; });
  const std::size_t kept = items.size() <= limit ? items.size() : limit - 1;
  std::vector<bool> folded(items.size(), false);
  std::uint64_t rest = 0;
  for (std::size_t i = kept; i < order.size(); ++i) {
    folded[order[i]] = true;
    rest += items[order[i]].bytes;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!folded[i]) items[i].node = graph.add_node(cluster, items[i].label, items[i].fill);
  }
  if (kept == items.size()) return;
  const Label label{fmt::format("… {} more", items.size() - kept), human_size(rest)};
  const Digraph::Node more = graph.add_node(cluster, label, "white");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (folded[i]) items[i].node = more;
  }
}

// An edge to each item from the one of `sources` (one range each, ascending) that has most in
// common with it.
void link_main_source(Digraph& graph, const std::vector<Item>& sources,
                      const std::vector<Item>& items) {
  std::set<std::pair<Digraph::Node, Digraph::Node>> drawn;
  for (const Item& item : items) {
    std::map<std::size_t, std::uint64_t> common;  // bytes by source
    for (const PhysRange& range : item.ranges) {
      auto source = std::partition_point(sources.begin(), sources.end(), [&](const Item& s) {
        return s.ranges.front().end() <= range.base();
      });
      for (; source != sources.end() && source->ranges.front().base() < range.end(); ++source) {
        common[static_cast<std::size_t>(source - sources.begin())] +=
            source->ranges.front().intersect(range).size();
      }
    }
    const auto most =
        std::max_element(common.begin(), common.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == common.end() || most->second == 0) continue;
    const Digraph::Node from = sources[most->first].node;
    if (drawn.insert({from, item.node}).second) graph.add_edge(from, item.node);
  }
}

Item range_item(PhysRange range, std::string what, std::string fill) {
  return {{range},
          range.size(),
          {span(range), human_size(range.size()) + "  " + std::move(what)},
          std::move(fill)};
}

std::vector<Item> map_items(const E820Entries& firmware) {
  std::vector<Item> items;
  for (const E820Entry& e : firmware) {
    const std::uint64_t end = e.wraps() ? std::numeric_limits<std::uint64_t>::max() : e.end();
    const bool ram = e.type == E820Type::ram;
    items.push_back(range_item(PhysRange::make(raw(e.addr), end), e820_name(e.type),
                               ram ? "palegreen" : "lightblue"));
  }
  return items;
}

std::vector<Item> memory_items(const memblock::Regions& memory) {
  std::vector<Item> items;
  for (const memblock::Region& r : memory) {
    std::string what = r.nid == memblock::kAnyNode ? "" : fmt::format("node {}", r.nid);
    if (r.flags != 0) what += " " + region_flags(r.flags);
    items.push_back(range_item(r.range, std::move(what), "palegreen"));
  }
  return items;
}

std::vector<Item> owner_items(const std::vector<boot::Owned>& owned) {
  std::map<std::string_view, Item> owners;
  for (const boot::Owned& o : owned) {
    Item& item = owners[o.words];
    item.ranges.push_back(o.range);
    item.bytes += o.range.size();
  }
  std::vector<Item> items;
  for (auto& [name, item] : owners) {
    item.label = {
        name.empty() ? "not recorded" : std::string(name),
        fmt::format("{} in {}", human_size(item.bytes), counted(item.ranges.size(), "range"))};
    item.fill = "khaki";
    items.push_back(std::move(item));
  }
  // Those of higher addresses below, as the other columns have it.
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.ranges < b.ranges; });
  return items;
}

Label free_label(const boot::ZoneState& z) {
  std::map<unsigned, std::uint64_t, std::greater<>> blocks;
  std::uint64_t pages = 0;
  for (const buddy::FreeList& list : z.free) {
    for (const buddy::FreeRun& run : list.runs) {
      blocks[list.order] += run.count;
      pages += run.count << list.order;
    }
  }
  Label label{human_size(pages << kPageShift) + " free"};
  for (const auto& [order, count] : blocks) {
    label.push_back(
        fmt::format("order {:>2}: {} × {}", order, count, human_size(kPageSize << order)));
  }
  return label;
}

PhysRange pages_range(Pfn start, std::uint64_t pages) {
  return PhysRange::make(raw(phys_of(start)), raw(phys_of(start)) + (pages << kPageShift));
}

void add_numa_node(Digraph& graph, const boot::NodeState& n, const std::vector<Item>& memory) {
  const PhysRange range = pages_range(n.start_pfn, n.spanned_pages);
  const Digraph::Cluster cluster = graph.add_cluster(
      {fmt::format("Node {}: {} present of {} spanned", n.nid,
                   human_size(n.present_pages << kPageShift), human_size(range.size()))});
  for (const boot::ZoneState& z : n.zones) {
    if (z.zone.spanned_pages == 0) continue;
    const PhysRange zone_range = pages_range(z.zone.start_pfn, z.zone.spanned_pages);
    const Digraph::Node node =
        graph.add_node(cluster,
                       {std::string(zones::name(z.zone.type)), span(zone_range),
                        fmt::format("present {}", human_size(z.zone.present_pages << kPageShift)),
                        fmt::format("managed {}", human_size(z.managed_pages << kPageShift))},
                       "plum1");
    std::set<Digraph::Node> drawn;  // several regions may be folded into one node
    for (const Item& m : memory) {
      if (m.ranges.front().overlaps(zone_range) && drawn.insert(m.node).second) {
        graph.add_edge(m.node, node);
      }
    }
    if (!z.free.empty()) graph.add_edge(node, graph.add_node(cluster, free_label(z), "palegreen"));
  }
}

// Interleaved nodes span each other's memory: only regions of its own belong to a node.
std::vector<Item> of_node(const std::vector<Item>& items, const memblock::Regions& memory,
                          int nid) {
  std::vector<Item> own;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (memory[i].nid == nid || memory[i].nid == memblock::kAnyNode) own.push_back(items[i]);
  }
  return own;
}

Label title(const boot::Outcome& outcome) {
  const boot::Subject& s = outcome.subject;
  Label label{s.source.empty() ? "memory map" : s.source};
  if (!s.kernel.empty()) label.push_back(s.kernel);
  if (!s.kernel_verified) label.push_back(std::string(kNotVerified));
  if (outcome.panicked)
    label.push_back(outcome.events.empty() ? "the boot stopped"
                                           : "panic: " + outcome.events.back().text);
  return label;
}

}  // namespace

std::string to_dot(const boot::Outcome& outcome) {
  Digraph graph(title(outcome));
  std::vector<Item> map = map_items(outcome.state.e820.firmware.entries());
  const memblock::Regions regions = outcome.state.memblock.memory().regions();
  std::vector<Item> memory = memory_items(regions);
  std::vector<Item> owners = owner_items(outcome.owners);
  if (!map.empty()) add_items(graph, graph.add_cluster({"Firmware map (e820)"}), map, kMapNodes);
  if (!memory.empty()) {
    add_items(graph, graph.add_cluster({"memblock.memory", human_size(outcome.totals.memory)}),
              memory, kMemoryNodes);
  }
  link_main_source(graph, map, memory);
  if (!owners.empty()) {
    add_items(
        graph,
        graph.add_cluster({"memblock.reserved, by owner", human_size(outcome.totals.reserved)}),
        owners, kOwnerNodes);
    link_main_source(graph, memory, owners);
  }
  std::size_t shown = 0;
  for (const boot::NodeState& n : outcome.state.node_states) {
    if (shown++ < kNumaNodes) add_numa_node(graph, n, of_node(memory, regions, n.nid));
  }
  if (shown > kNumaNodes) {
    graph.add_node(Digraph::kNoCluster, {fmt::format("… {} more nodes", shown - kNumaNodes)},
                   "white");
  }
  add_page_tables(graph, outcome.state.page_tables);
  return graph.to_dot();
}

}  // namespace memmap::report
