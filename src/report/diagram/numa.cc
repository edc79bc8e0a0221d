// Which memory belongs to which node, and the nodes' zones.
#include <fmt/format.h>

#include <algorithm>

#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kRegions = 28;
constexpr std::size_t kNodes = 16;

std::string region_port(const memblock::Region& r) { return place_name("at", raw(r.range.base())); }

GraphTable node_table(const boot::State& state, const boot::NodeState& node) {
  GraphTable table;
  GraphCell head = head_cell(fmt::format("Node {}", node.nid), 4, Ink::table);
  head.port = "head";
  table.row({std::move(head)});
  const std::uint64_t base = raw(phys_of(node.start_pfn));
  GraphCell spans =
      words_cell(fmt::format("spans {}, {} of it present",
                             span(PhysRange::make(base, base + (node.spanned_pages << kPageShift))),
                             human_size(node.present_pages << kPageShift)));
  spans.columns = 4;
  table.row({std::move(spans)});
  const auto data = state.node_data.find(node.nid);
  if (data != state.node_data.end()) {
    GraphCell at = words_cell(fmt::format("NODE_DATA at {}", hex(raw(data->second))));
    at.columns = 4;
    table.row({std::move(at)});
  }
  table.row(titles({"zone", "spans", "present", "managed"}));
  for (const boot::ZoneState& z : node.zones) {
    if (z.zone.spanned_pages == 0) continue;
    const std::uint64_t start = raw(phys_of(z.zone.start_pfn));
    table.row(
        {words_cell(std::string(zones::name(z.zone.type)), Ink::free),
         value_cell(span(PhysRange::make(start, start + (z.zone.spanned_pages << kPageShift)))),
         number_cell(human_size(z.zone.present_pages << kPageShift)),
         number_cell(human_size(z.managed_pages << kPageShift))});
  }
  return table;
}

}  // namespace

std::string draw_numa(const Drawing& drawing) {
  const boot::State& state = drawing.outcome.state;
  Digraph graph(heading(drawing, "Memory, nodes and zones",
                        {{Ink::ram, "memory"}, {Ink::table, "a node"}, {Ink::free, "a zone"}},
                        drawing.outcome.deferred
                            ? "managed: at the hand-over; most of it is initialised later"
                            : "addresses rise downwards; a zone spans the holes in it, too"),
                drawing.look.theme);
  const memblock::Regions memory = state.memblock.memory().regions();
  const std::size_t shown = drawing.shown(memory.size(), kRegions);
  const std::size_t first = shown == memory.size() ? shown : (shown + 1) / 2;
  const std::size_t last = memory.size() - (shown - first);
  GraphTable ranges;
  ranges.row({head_cell("memblock.memory", 3)});
  std::uint64_t left_out = 0;
  for (std::size_t i = 0; i < memory.size(); ++i) {
    const memblock::Region& r = memory[i];
    if (i >= first && i < last) {
      left_out += r.range.size();
      if (i + 1 == last)
        ranges.row({break_cell(fmt::format("{} more, {}", last - first, human_size(left_out)), 3)});
      continue;
    }
    GraphCell whose = words_cell(
        state.memblock.has_node(r) ? fmt::format("node {}", r.nid) : "no node", Ink::ram);
    whose.port = region_port(r);
    ranges.row({value_cell(span(r.range), Ink::ram),
                number_cell(human_size(r.range.size()), Ink::ram), std::move(whose)});
  }
  const Digraph::Node all = graph.add_node(Digraph::kNoCluster, "memory", ranges);
  const std::size_t nodes = drawing.shown(state.node_states.size(), kNodes);
  for (std::size_t n = 0; n < nodes; ++n) {
    const boot::NodeState& node = state.node_states[n];
    const Digraph::Node at = graph.add_node(Digraph::kNoCluster, fmt::format("node_{}", node.nid),
                                            node_table(state, node));
    for (std::size_t i = 0; i < memory.size(); ++i) {
      if ((i < first || i >= last) && memory[i].nid == node.nid)
        graph.add_edge({all, region_port(memory[i]), Side::right}, {at, "head", Side::left});
    }
  }
  if (nodes < state.node_states.size()) {
    GraphTable more;
    more.row({break_cell(fmt::format("{} more nodes", state.node_states.size() - nodes), 1)});
    graph.add_node(Digraph::kNoCluster, "more_nodes", more);
  }
  return graph.to_dot();
}

}  // namespace memmap::report
