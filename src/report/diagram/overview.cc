// From the firmware's map to zones: what each range becomes.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kRows = 20;  // of a column

// A row of a column; its ranges ascend.
struct Item {
  std::vector<PhysRange> ranges{};
  std::uint64_t bytes = 0;
  std::string where{};
  std::string what{};
  Ink ink = Ink::paper;
  int nid = memblock::kAnyNode;
  std::string port{};  // of the row that it is drawn in
};

struct Column {
  Digraph::Node node = -1;
  std::vector<Item> items{};
};

// The smallest are folded into one row at the end.
Column add_column(Digraph& graph, const Drawing& drawing, std::string_view name,
                  const std::string& title, std::vector<Item> items) {
  std::vector<std::uint64_t> sizes;
  for (const Item& item : items) sizes.push_back(item.bytes);
  std::ranges::sort(sizes, std::greater<>());
  const std::size_t shown = drawing.shown(items.size(), kRows);
  const std::uint64_t least = shown == items.size() ? 0 : sizes[shown];
  GraphTable table;
  table.row({head_cell(title, 3)});
  std::size_t drawn = 0;
  std::size_t folded = 0;
  std::uint64_t rest = 0;
  for (Item& item : items) {
    if (shown != items.size() && (item.bytes <= least || drawn == shown)) {
      item.port = "more";
      ++folded;
      rest += item.bytes;
      continue;
    }
    ++drawn;
    item.port = place_name("at", raw(item.ranges.front().base())) +
                (item.nid < 0 ? "" : fmt::format("_{}", item.nid));
    GraphCell first = value_cell(item.where, item.ink);
    first.port = item.port;
    GraphCell last = words_cell(item.what, item.ink);
    last.port = item.port + "_out";
    table.row({std::move(first), number_cell(human_size(item.bytes), item.ink), std::move(last)});
  }
  if (folded > 0) {
    GraphCell more = break_cell(fmt::format("{} smaller, {}", folded, human_size(rest)), 3);
    more.port = "more";
    table.row({std::move(more)});
  }
  return {graph.add_node(Digraph::kNoCluster, name, table), std::move(items)};
}

std::string out_port(const Item& item) {
  return item.port == "more" ? item.port : item.port + "_out";
}

// An arrow to each item from the one of `from` that has most in common with it.
void link(Digraph& graph, const Column& from, const Column& to, bool same_node) {
  std::set<std::pair<std::string, std::string>> drawn;
  for (const Item& item : to.items) {
    std::map<std::size_t, std::uint64_t> common;
    for (const PhysRange& range : item.ranges) {
      auto at = std::partition_point(from.items.begin(), from.items.end(), [&](const Item& s) {
        return s.ranges.front().end() <= range.base();
      });
      for (; at != from.items.end() && at->ranges.front().base() < range.end(); ++at) {
        if (same_node && at->nid != memblock::kAnyNode && at->nid != item.nid) continue;
        common[static_cast<std::size_t>(at - from.items.begin())] +=
            at->ranges.front().intersect(range).size();
      }
    }
    const auto most = std::ranges::max_element(
        common, [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == common.end() || most->second == 0) continue;
    const Item& source = from.items[most->first];
    if (source.port == "more" || item.port == "more") continue;
    if (drawn.insert({source.port, item.port}).second)
      graph.add_edge({from.node, out_port(source), Side::right}, {to.node, item.port, Side::left});
  }
}

std::vector<Item> firmware_items(const E820Entries& firmware) {
  std::vector<Item> items;
  for (const E820Entry& e : firmware) {
    const std::uint64_t end = e.wraps() ? std::numeric_limits<std::uint64_t>::max() : e.end();
    const PhysRange range = PhysRange::make(raw(e.addr), std::max(end, raw(e.addr)));
    items.push_back({.ranges = {range},
                     .bytes = range.size(),
                     .where = span(range),
                     .what = e820_name(e.type),
                     .ink = e.type == E820Type::ram ? Ink::ram : Ink::firmware});
  }
  return items;
}

std::vector<Item> memory_items(const memblock::Memblock& memblock) {
  std::vector<Item> items;
  for (const memblock::Region& r : memblock.memory().regions()) {
    std::string what = memblock.has_node(r) ? fmt::format("node {}", r.nid) : "memory";
    if (r.flags != 0) what += " " + region_flags(r.flags);
    items.push_back({.ranges = {r.range},
                     .bytes = r.range.size(),
                     .where = span(r.range),
                     .what = std::move(what),
                     .ink = Ink::ram,
                     .nid = r.nid});
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
    item.where =
        item.ranges.size() == 1 ? span(item.ranges.front()) : counted(item.ranges.size(), "range");
    item.what = name.empty() ? "not recorded" : std::string(name);
    item.ink = Ink::reserved;
    items.push_back(std::move(item));
  }
  std::ranges::stable_sort(items, {}, &Item::ranges);
  return items;
}

std::vector<Item> zone_items(const boot::State& state) {
  std::vector<Item> items;
  for (const boot::NodeState& n : state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      if (z.zone.spanned_pages == 0) continue;
      const std::uint64_t base = raw(phys_of(z.zone.start_pfn));
      const PhysRange range = PhysRange::make(base, base + (z.zone.spanned_pages << kPageShift));
      items.push_back({.ranges = {range},
                       .bytes = z.zone.present_pages << kPageShift,
                       .where = span(range),
                       .what = fmt::format("node {} {}", n.nid, zones::name(z.zone.type)),
                       .ink = Ink::free,
                       .nid = n.nid});
    }
  }
  return items;
}

}  // namespace

std::string draw_overview(const Drawing& drawing) {
  const boot::Outcome& o = drawing.outcome;
  Digraph graph(heading(drawing, "From the firmware's map to zones",
                        {{Ink::ram, "RAM, memory"},
                         {Ink::firmware, "not RAM"},
                         {Ink::reserved, "reserved"},
                         {Ink::free, "the page allocator's"}},
                        "an arrow comes from where most of the bytes are; none leads to what is "
                        "folded; not to scale"),
                drawing.look.theme);
  const Column firmware = add_column(graph, drawing, "firmware", "Firmware map (e820)",
                                     firmware_items(o.state.e820.firmware.entries()));
  const Column memory = add_column(graph, drawing, "memory",
                                   fmt::format("memblock.memory, {}", human_size(o.totals.memory)),
                                   memory_items(o.state.memblock));
  link(graph, firmware, memory, false);
  if (!o.owners.empty()) {
    const Column owners = add_column(
        graph, drawing, "reserved",
        fmt::format("memblock.reserved by owner, {} of memory", human_size(o.totals.reserved)),
        owner_items(o.owners));
    link(graph, memory, owners, false);
  }
  if (!o.state.node_states.empty()) {
    const Column zones = add_column(graph, drawing, "zones", "Zones, present", zone_items(o.state));
    link(graph, memory, zones, true);
  }
  return graph.to_dot();
}

}  // namespace memmap::report
