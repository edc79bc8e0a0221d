#include "plugin/numa.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "plugin/guard.h"

namespace memmap::plugin {
namespace {

// kernel: LOCAL_DISTANCE, REMOTE_DISTANCE, include/linux/topology.h; a SLIT's entry is a byte
constexpr unsigned kLocal = 10;
constexpr unsigned kRemote = 20;
constexpr unsigned kFarthest = 255;

// Whether [base, end) holds a byte of `memory`.
bool holds_memory(const AbiRanges& memory, PhysRange r) {
  const auto it = std::upper_bound(memory.begin(), memory.end(), raw(r.base()),
                                   [](std::uint64_t a, const auto& m) { return a < m.end; });
  return it != memory.end() && it->base < raw(r.end());
}

}  // namespace

NumaPlugin::NumaPlugin(const Plugin& plugin, OptionValues options)
    : interface_(plugin.interfaces().numa),
      call_(plugin.name(), std::move(options), Call::Takes::answers_and_distances) {}

Result<std::unique_ptr<NumaPlugin>> NumaPlugin::create(const Plugin& plugin,
                                                       const OptionTexts& options) {
  if (!plugin.interfaces().has_numa()) {
    return Error{.message = fmt::format("plugin `{}` knows no nodes: it does not offer {}",
                                        plugin.name(), MEMMAP_NUMA_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  return std::unique_ptr<NumaPlugin>(new NumaPlugin(plugin, *std::move(values)));
}

Result<NumaAnswer> NumaPlugin::run(const AbiRanges& memory, const Facts& facts) {
  const memmap_numa_input_t input{.struct_size = sizeof input,
                                  .reserved = 0,
                                  .facts = facts.abi(),
                                  .memory = memory.data(),
                                  .memory_count = memory.size()};
  call_.begin();
  std::int32_t rc = MEMMAP_FAILED;
  {
    const CallGuard guard(call_.plugin().c_str(), "run()");
    rc = interface_.run(&input, call_.host());
  }
  if (auto e = call_.end("run", rc, Call::None::refused)) return *std::move(e);
  return check(memory, facts);
}

// Turns the answers into blocks, those that can be used; complains of the others.
void NumaPlugin::check_blocks(const AbiRanges& memory, const Facts& facts, numa::Nodes& nodes,
                              Errors& errors) const {
  for (const Answer& a : call_.answers()) {
    const auto range = PhysRange::from_bounds(PhysAddr{a.base}, PhysAddr{a.end});
    const auto wrong = [&](const std::string& why) {
      errors.push_back(call_.fault("run", fmt::format("answered [{:#x}, {:#x}) for node {}: {}",
                                                      a.base, a.end, a.nid, why)));
      errors.back().range = range;
    };
    if (a.verb != MEMMAP_ASSIGN) {
      wrong(fmt::format("verb {} is not assign", a.verb));
    } else if (!range || range->empty()) {
      wrong("the range is empty");
    } else if (a.nid < 0 || static_cast<std::uint32_t>(a.nid) >= facts.max_nodes()) {
      wrong(fmt::format("nodes go from 0 to {}", facts.max_nodes() - 1));
    } else if (!holds_memory(memory, *range)) {
      wrong("there is no memory");
    } else {
      nodes.blocks.push_back({.range = *range, .nid = a.nid});
    }
  }
  std::sort(nodes.blocks.begin(), nodes.blocks.end(),
            [](const auto& a, const auto& b) { return a.range < b.range; });
  for (std::size_t i = 1; i < nodes.blocks.size(); ++i) {
    const PhysRange common = nodes.blocks[i].range.intersect(nodes.blocks[i - 1].range);
    if (common.empty()) continue;
    errors.push_back(call_.fault("run", fmt::format("answered [{:#x}, {:#x}) twice",
                                                    raw(common.base()), raw(common.end()))));
    errors.back().range = common;
  }
}

// Complains of the first memory that no block holds. `nodes` is sorted and disjoint.
void NumaPlugin::check_cover(const AbiRanges& memory, const numa::Nodes& nodes,
                             Errors& errors) const {
  auto block = nodes.blocks.begin();
  for (const memmap_range_t& m : memory) {
    for (std::uint64_t at = m.base; at < m.end; at = raw(block->range.end())) {
      while (block != nodes.blocks.end() && raw(block->range.end()) <= at) ++block;
      if (block != nodes.blocks.end() && raw(block->range.base()) <= at) continue;
      errors.push_back(call_.fault(
          "run", fmt::format("gave the memory from {:#x} on (in [{:#x}, {:#x})) to no node", at,
                             m.base, m.end)));
      return;
    }
  }
}

Result<NumaAnswer> NumaPlugin::check(const AbiRanges& memory, const Facts& facts) const {
  NumaAnswer out;
  Errors errors;
  check_blocks(memory, facts, out.nodes, errors);
  if (errors.empty()) check_cover(memory, out.nodes, errors);
  std::set<int> online;
  for (const numa::NodeBlock& b : out.nodes.blocks) online.insert(b.nid);
  out.nodes.online.assign(online.begin(), online.end());
  const std::size_t n = online.empty() ? 0 : static_cast<std::size_t>(*online.rbegin()) + 1;
  out.distances.assign(n, std::vector<unsigned>(n, kRemote));
  for (std::size_t i = 0; i < n; ++i) out.distances[i][i] = kLocal;
  for (const DistanceAnswer& d : call_.distances()) {
    if (online.count(d.from) == 0 || online.count(d.to) == 0 || d.distance < kLocal ||
        d.distance > kFarthest || (d.from == d.to) != (d.distance == kLocal)) {
      errors.push_back(call_.fault(
          "run",
          fmt::format("distance {} from node {} to node {}: expected nodes with memory and 10 "
                      "to the node itself, 11 to 255 to others",
                      d.distance, d.from, d.to)));
      continue;
    }
    out.distances[static_cast<std::size_t>(d.from)][static_cast<std::size_t>(d.to)] = d.distance;
  }
  if (!errors.empty()) return errors;
  return out;
}

}  // namespace memmap::plugin
