// The free blocks of each zone, by order.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/diagram/drawing.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kZones = 12;
constexpr std::size_t kFew = 4;  // tables that stand in rows of two

struct Order {
  std::uint64_t blocks = 0;
  Pfn first{};
};

GraphTable zone_table(const boot::NodeState& node, const boot::ZoneState& zone) {
  std::map<unsigned, Order, std::greater<>> orders;
  std::uint64_t most = 1;
  for (const buddy::FreeList& list : zone.free) {
    for (const buddy::FreeRun& run : list.runs) {
      Order& order = orders[list.order];
      if (order.blocks == 0 || run.first < order.first) order.first = run.first;
      order.blocks += run.count;
      most = std::max(most, order.blocks << list.order);
    }
  }
  GraphTable table;
  table.row({head_cell(fmt::format("Node {}, zone {}", node.nid, zones::name(zone.zone.type)), 5,
                       Ink::table)});
  GraphCell sums = words_cell(fmt::format("present {}, managed {}",
                                          human_size(zone.zone.present_pages << kPageShift),
                                          human_size(zone.managed_pages << kPageShift)));
  sums.columns = 5;
  table.row({std::move(sums)});
  table.row(titles({"order", "blocks", "bytes", "share", "the first at"}));
  for (const auto& [order, what] : orders) {
    const std::uint64_t pages = what.blocks << order;
    GraphCell bar{.fill = Ink::free};
    bar.bar =
        std::max(4u, static_cast<unsigned>(static_cast<double>(kLongestBar) *
                                           static_cast<double>(pages) / static_cast<double>(most)));
    table.row({value_cell(fmt::format("{:>2}: {}", order, human_size(kPageSize << order))),
               number_cell(grouped(what.blocks)), number_cell(human_size(pages << kPageShift)),
               std::move(bar), value_cell(hex(raw(phys_of(what.first))))});
  }
  std::uint64_t later = 0;
  for (const buddy::PageRun& run : zone.deferred) later += run.end - run.start;
  if (later != 0)
    table.row(
        {break_cell(fmt::format("{} initialised later", human_size(later << kPageShift)), 5)});
  if (orders.empty()) table.row({break_cell("no free block", 5)});
  return table;
}

}  // namespace

std::string draw_buddy(const Drawing& drawing) {
  const boot::Outcome& o = drawing.outcome;
  Digraph graph(
      heading(drawing, fmt::format("Free blocks {}", moment_words(o)), {{Ink::free, "free"}},
              "the largest blocks on top; a bar is the order's share of its zone"),
      drawing.look.theme);
  std::vector<std::pair<const boot::NodeState*, const boot::ZoneState*>> zones;
  for (const boot::NodeState& n : o.state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      if (z.zone.spanned_pages != 0) zones.emplace_back(&n, &z);
    }
  }
  const std::size_t shown = drawing.shown(zones.size(), kZones);
  std::vector<NamedTable> nodes;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [node, zone] = zones[i];
    nodes.push_back({fmt::format("node_{}_{}", node->nid, zones::name(zone->zone.type)),
                     zone_table(*node, *zone)});
  }
  if (shown < zones.size()) {
    std::uint64_t pages = 0;
    for (std::size_t i = shown; i < zones.size(); ++i) pages += zones[i].second->managed_pages;
    GraphTable more;
    more.row({break_cell(fmt::format("{} more zones, {} managed", zones.size() - shown,
                                     human_size(pages << kPageShift)),
                         1)});
    nodes.push_back({"more_zones", std::move(more)});
  }
  if (zones.empty()) {
    GraphTable none;
    none.row({break_cell("the boot did not come so far that there are zones", 1)});
    nodes.push_back({"no_zones", std::move(none)});
  }
  arrange(graph, nodes, zones.size() > kFew ? 3 : 2);
  return graph.to_dot();
}

}  // namespace memmap::report
