// Nodes and zones: whose memory is whose, where each ends, how many pages there are.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/distances.h"
#include "boot/page_allocator.h"
#include "buddy/zonelists.h"
#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/pages.h"
#include "witness/words.h"
#include "zones/limits.h"

namespace memmap::witness {
namespace {

std::string node(std::uint64_t nid) { return fmt::format("node {}", nid); }

// `NUMA: Node 0 [mem a-b] + [mem c-d] -> [mem a-d]`
std::optional<Said> read_joined(std::string_view line, Reading&) {
  if (!input::eat(line, "NUMA: Node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid) return std::nullopt;
  std::string value;
  for (const std::string_view between : {"+", "->", ""}) {
    line = input::skip_blanks(line);
    const auto range = take_range(line);
    line = input::skip_blanks(line);
    if (!range || !input::eat(line, between)) return std::nullopt;
    value += show(*range) + (between.empty() ? "" : fmt::format(" {} ", between));
  }
  return Said{node(*nid), value};
}

std::optional<Said> read_no_numa(std::string_view line, Reading&) {
  if (line == "No NUMA configuration found") return Said{"nodes", "no NUMA configuration"};
  if (line == "NUMA turned off") return Said{"nodes", "NUMA is off"};
  if (!input::eat(line, "Faking a node at ")) return std::nullopt;
  const auto range = take_range(line);
  if (!range) return std::nullopt;
  return Said{"the only node", show(*range)};
}

// `NODE_DATA(0) allocated [mem 0x7ffd5680-0x7fffffff]`; before 3.15, `  NODE_DATA [mem ...]`.
std::optional<Said> read_node_data(std::string_view line, Reading&) {
  if (!input::eat(line, "NODE_DATA(")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid || !input::eat(line, ") allocated ")) return std::nullopt;
  const auto range = take_range(line);
  if (!range) return std::nullopt;
  return Said{node(*nid), show(*range)};
}

std::vector<Said> node_data(const Simulated& boot) {
  std::vector<Said> out;
  std::uint64_t size = boot.in.profile.size_of(type::pglist_data);
  // kernel: alloc_node_data(), v6.12 and before: whole pages, or whole cache lines
  for (const auto& [nid, at] : boot.out.state.node_data) {
    const auto owned = std::ranges::find_if(
        boot.out.owners, [&, at = at](const boot::Owned& o) { return o.range.base() == at; });
    if (owned != boot.out.owners.end()) size = std::max(size, owned->range.size());
    out.push_back({node(static_cast<std::uint64_t>(nid)), show(raw(at), raw(at) + size)});
  }
  return out;
}

// `  DMA      [mem 0x1000-0xffffff]`, `  Normal   empty`, and `  DMA  0x00000010 -> 0x00001000` in
// pages before 3.5.
std::optional<Said> read_zone_range(std::string_view line, Reading&) {
  const std::string name(input::take_until(line, " "));
  line = input::skip_blanks(line);
  if (line == "empty") return Said{"zone " + name, "empty"};
  if (line.starts_with("[mem ")) {
    const auto range = take_range(line);
    return range ? std::optional(Said{"zone " + name, show(*range)}) : std::nullopt;
  }
  const auto pages = take_pages(line);
  if (!pages) return std::nullopt;
  return Said{"zone " + name, show(*pages)};
}

// kernel: free_area_init(), mm/mm_init.c, v6.12
std::vector<Said> zone_ranges(const Simulated& boot) {
  const zones::Limits limits = zones::limits(
      boot.out.state.max_pfn, {.zone_dma = boot.in.profile.has(config::ZONE_DMA),
                               .zone_dma32 = boot.in.profile.has(config::ZONE_DMA32)});
  const auto memory = memblock::mem_pfn_ranges(boot.out.state.memblock);
  if (memory.empty()) return {};
  std::uint64_t start = raw(memory.front().start);
  std::vector<Said> out;
  const auto add = [&](std::string_view name, Pfn limit) {
    const std::uint64_t end = std::max(raw(limit), start);
    out.push_back({fmt::format("zone {}", name), start == end ? "empty" : show_pages(start, end)});
    start = end;
  };
  if (raw(limits.dma) != 0) add("DMA", limits.dma);
  if (raw(limits.dma32) != 0) add("DMA32", limits.dma32);
  add("Normal", limits.normal);
  return out;
}

// `  node   0: [mem 0x1000-0x9efff]`; before 3.5 `    0: 0x00000010 -> 0x0000009c` in pages.
std::optional<Said> read_node_range(std::string_view line, Reading& reading) {
  eat_word(line, "node");
  const auto nid = input::take_decimal(line);
  if (!nid || !eat_word(line, ":")) return std::nullopt;
  if (line.starts_with("[mem ")) {
    const auto range = take_range(line);
    return range ? std::optional(Said{node(*nid), show(*range)}) : std::nullopt;
  }
  const auto pages = take_pages(line);
  if (!pages) return std::nullopt;
  reading.in_page_frames = true;
  return Said{node(*nid), show(*pages)};
}

std::vector<Said> node_ranges(const Simulated& boot) {
  std::vector<Said> out;
  for (const memblock::PfnRange& r : memblock::mem_pfn_ranges(boot.out.state.memblock))
    out.push_back({node(static_cast<std::uint64_t>(boot.in.behaviour.numa ? r.nid : 0)),
                   show_pages(raw(r.start), raw(r.end))});
  return out;
}

// `Initmem setup node 0 [mem ...]`, of one without memory `... as memoryless`.
std::optional<Said> read_setup(std::string_view line, Reading&) {
  if (!input::eat(line, "Initmem setup node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid) return std::nullopt;
  line = input::skip_blanks(line);
  const auto range = take_range(line);
  if (range && raw(range->base()) != 0) return Said{node(*nid), show(*range)};
  if (range || input::trim(line) == "as memoryless") return Said{node(*nid), "without memory"};
  return std::nullopt;
}

std::vector<Said> setups(const Simulated& boot) {
  std::vector<Said> out;
  const auto& memory = boot.out.state.memblock.memory().regions();
  for (const int nid : boot.out.state.possible_nodes) {
    const zones::PfnRange r = zones::node_range(memory, nid);
    out.push_back({node(static_cast<std::uint64_t>(nid)),
                   r.start == r.end ? "without memory" : show_pages(raw(r.start), raw(r.end))});
  }
  return out;
}

// `    Node 0: 0x0000000080000000`, where its movable zone begins
std::optional<Said> read_movable(std::string_view line, Reading&) {
  if (!input::eat(line, "Node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid || !input::eat(line, ": 0x")) return std::nullopt;
  const auto start = input::take_hex(line);
  if (!start || !line.empty()) return std::nullopt;
  return Said{node(*nid), fmt::format("{:#x}", *start)};
}

std::vector<Said> movable_starts(const Simulated& boot) {
  std::vector<Said> out;
  for (const boot::NodeState& n : boot.out.state.node_states) {
    const zones::Zone& z = n.zones[static_cast<std::size_t>(zones::ZoneType::movable)].zone;
    if (z.spanned_pages != 0)
      out.push_back({node(static_cast<std::uint64_t>(n.nid)),
                     fmt::format("{:#x}", raw(phys_of(z.start_pfn)))});
  }
  return out;
}

// `Fallback order for Node 0: 0 1`
std::optional<Said> read_fallback(std::string_view line, Reading&) {
  if (!input::eat(line, "Fallback order for Node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid || !input::eat(line, ":")) return std::nullopt;
  return Said{node(*nid), std::string(input::trim(line))};
}

std::vector<Said> fallbacks(const Simulated& boot) {
  const std::vector<int>& all = boot::zonelist_nodes(boot.in, boot.out.state);
  std::vector<buddy::ZonelistNode> nodes;
  for (const int nid : all) {
    const bool memory = std::ranges::binary_search(boot.out.state.nodes.online, nid);
    nodes.push_back({nid, memory, false});
  }
  std::vector<Said> out;
  buddy::FallbackOrders orders(nodes, boot::NodeDistances(boot.in, boot.out.state),
                               boot.in.behaviour);
  for (const int nid : all) {
    out.push_back(
        {node(static_cast<std::uint64_t>(nid)), fmt::format("{}", fmt::join(orders.of(nid), " "))});
  }
  return out;
}

Judged judge_fallback(const Simulated& boot, const Said&) {
  if (boot::distances_are_unknown(boot.in, boot.out.state) && boot.out.state.node_states.size() > 1)
    return {Standing::unknown, "it follows from the SLIT, whose content is in no log"};
  return {};
}

std::optional<Said> read_policy_zone(std::string_view line, Reading&) {
  if (!input::eat(line, "Policy zone: ")) return std::nullopt;
  return Said{"", std::string(input::trim(line))};
}

// kernel: check_highest_zone(), include/linux/mempolicy.h: the highest that has pages
std::vector<Said> policy_zone(const Simulated& boot) {
  int highest = 0;
  for (const boot::NodeState& n : boot.out.state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      if (z.zone.present_pages != 0 && z.zone.type != zones::ZoneType::movable)
        highest = std::max(highest, static_cast<int>(z.zone.type));
    }
  }
  return {{"", std::string(zones::name(static_cast<zones::ZoneType>(highest)))}};
}

// `Built 2 zonelists, mobility grouping on.  Total pages: 1572734`
std::optional<Said> read_zonelists(std::string_view line, Reading&) {
  const auto lists = number_behind(line, "Built ");
  if (!lists) return std::nullopt;
  return Said{"", fmt::format("{} zonelists", *lists)};
}
std::vector<Said> zonelists(const Simulated& boot) {
  return {{"", fmt::format("{} zonelists", boot.out.state.online_nodes.size())}};
}

// `setup_percpu: NR_CPUS:8192 nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:2`
std::optional<Said> read_node_ids(std::string_view line, Reading&) {
  auto count = number_behind(line, "nr_node_ids:");
  if (!count) count = number_behind(line, "nr_node_ids ");
  if (!count) return std::nullopt;
  return Said{"", fmt::format("{} node numbers", *count)};
}
std::vector<Said> node_ids(const Simulated& boot) {
  const auto& nodes = boot.out.state.possible_nodes;
  return {{"", fmt::format("{} node numbers", nodes.empty() ? 1 : nodes.back() + 1)}};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"joined_blocks", "blocks of a node",               {"NUMA: Node "}, read_joined},
    {"no_numa",       "a single node",                  {"No NUMA configuration found", "NUMA turned off", "Faking a node at "}, read_no_numa},
    {"node_data",     "data of the nodes",              {"NODE_DATA("}, read_node_data, node_data, nullptr, another_build, Cause::place},
    {"zone_ranges",   "ranges of the zones",            {"DMA ", "DMA32 ", "Normal "}, read_zone_range, zone_ranges},
    {"node_ranges",   "ranges of the nodes",            {"node   ", "0: 0x", "1: 0x"}, read_node_range, node_ranges},
    {"node_setup",    "span of the nodes",              {"Initmem setup node "}, read_setup, setups},
    {"movable_start", "start of movable zones",         {"Node "}, read_movable, movable_starts},
    {"fallback",      "order in which nodes are tried", {"Fallback order for Node "}, read_fallback, fallbacks, nullptr, judge_fallback},
    {"policy_zone",   "policy zone",                    {"Policy zone: "}, read_policy_zone, policy_zone},
    {"zonelists",     "zonelists",                      {"Built "}, read_zonelists, zonelists},
    {"node_ids",      "numbers of nodes",               {"setup_percpu: NR_CPUS", "NR_CPUS"}, read_node_ids, node_ids},
};
// clang-format on

}  // namespace

std::span<const Kind> node_kinds() { return kKinds; }

}  // namespace memmap::witness
