#include "plugin/adapt/numa.h"

#include <fmt/format.h>

#include <algorithm>

namespace memmap::plugin {
namespace {

// kernel: LOCAL_DISTANCE, include/linux/topology.h; a SLIT's entry is a byte
constexpr unsigned kLocal = 10;
constexpr unsigned kFarthest = 255;

// Whether [base, end) holds a byte of `memory`.
bool holds_memory(const AbiRanges& memory, PhysRange r) {
  const auto it = std::upper_bound(memory.begin(), memory.end(), raw(r.base()),
                                   [](std::uint64_t a, const auto& m) { return a < m.end; });
  return it != memory.end() && it->base < raw(r.end());
}

}  // namespace

NumaPlugin::NumaPlugin(const Plugin& plugin, OptionValues options)
    : code_(plugin.code()),
      flags_(plugin.interfaces().numa.flags),
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

void NumaPlugin::begin(const boot::Facts& facts) {
  facts_.emplace(facts);
  call_.set_profile(&facts.profile);
}

Result<boot::NodeAnswer> NumaPlugin::run(const boot::NodeInput& in) {
  MEMMAP_CHECK(facts_, "a source of nodes was asked before its boot began");
  const AbiRanges memory = to_abi(in.memory);
  AbiRanges blocks;
  std::vector<std::int32_t> nodes;
  if (in.accepted != nullptr) {
    blocks = to_abi(in.accepted->meminfo);
    nodes.assign(in.accepted->possible.begin(), in.accepted->possible.end());
  }
  const memmap_numa_input_t input{.struct_size = sizeof input,
                                  .reserved = 0,
                                  .facts = facts_->abi(),
                                  .memory = memory.data(),
                                  .memory_count = memory.size(),
                                  .end_of_ram = raw(phys_of(in.max_pfn)),
                                  .blocks = blocks.data(),
                                  .block_count = blocks.size(),
                                  .nodes = nodes.data(),
                                  .node_count = nodes.size()};
  call_.begin();
  const auto rc = code_.numa(input, *call_.host());
  if (!rc) return rc.errors();
  if (auto e = call_.end("run", *rc, Call::None::allowed)) return *std::move(e);
  if (*rc == MEMMAP_OK) return check(memory);
  boot::NodeAnswer nothing;
  for (const Said& s : call_.said()) nothing.events.push_back(s.event);
  return nothing;
}

// Takes an answer over, if it can be used; complains if not.
void NumaPlugin::take(const Answer& a, const AbiRanges& memory, boot::NodeAnswer& out,
                      Errors& errors) const {
  const auto range = PhysRange::from_bounds(PhysAddr{a.base}, PhysAddr{a.end});
  const auto wrong = [&](const std::string& why) {
    errors.push_back(call_.fault(
        "run", fmt::format("answered [{:#x}, {:#x}) for node {}: {}", a.base, a.end, a.nid, why)));
    errors.back().range = range;
  };
  if (a.verb != MEMMAP_ASSIGN) return wrong(fmt::format("verb {} is not assign", a.verb));
  if (!range || (range->empty() && !judged_by_kernel())) return wrong("the range is empty");
  if (!judged_by_kernel()) {
    const std::uint32_t max_nodes = facts_->max_nodes();
    if (a.nid < 0 || static_cast<std::uint32_t>(a.nid) >= max_nodes) {
      return wrong(fmt::format("nodes go from 0 to {}", max_nodes - 1));
    }
    if (!holds_memory(memory, *range)) return wrong("there is no memory");
  }
  if (std::ranges::find(out.parsed.nodes, a.nid) == out.parsed.nodes.end()) {
    out.parsed.nodes.push_back(a.nid);
  }
  if (!range->empty()) out.parsed.blocks.push_back({.range = *range, .nid = a.nid});
  if ((a.flags & MEMMAP_NODE_HOTPLUG) != 0) out.hotplug.push_back(*range);
}

// Complains of memory in two blocks, and of the first memory that is in none.
void NumaPlugin::check_cover(const AbiRanges& memory, std::vector<numa::NodeBlock> blocks,
                             Errors& errors) const {
  std::sort(blocks.begin(), blocks.end(),
            [](const auto& a, const auto& b) { return a.range < b.range; });
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const PhysRange common = blocks[i].range.intersect(blocks[i - 1].range);
    if (common.empty()) continue;
    errors.push_back(call_.fault("run", fmt::format("answered [{:#x}, {:#x}) twice",
                                                    raw(common.base()), raw(common.end()))));
    errors.back().range = common;
  }
  if (!errors.empty()) return;
  auto block = blocks.begin();
  for (const memmap_range_t& m : memory) {
    for (std::uint64_t at = m.base; at < m.end; at = raw(block->range.end())) {
      while (block != blocks.end() && raw(block->range.end()) <= at) ++block;
      if (block != blocks.end() && raw(block->range.base()) <= at) continue;
      errors.push_back(call_.fault(
          "run", fmt::format("gave the memory from {:#x} on (in [{:#x}, {:#x})) to no node", at,
                             m.base, m.end)));
      return;
    }
  }
}

void NumaPlugin::check_distances(const boot::NodeAnswer& out, Errors& errors) const {
  const auto known = [&](int nid) {
    return std::ranges::find(out.parsed.nodes, nid) != out.parsed.nodes.end();
  };
  for (const DistanceAnswer& d : call_.distances()) {
    if (known(d.from) && known(d.to) && d.distance >= kLocal && d.distance <= kFarthest &&
        (d.from == d.to) == (d.distance == kLocal)) {
      continue;
    }
    errors.push_back(call_.fault(
        "run", fmt::format("distance {} from node {} to node {}: expected nodes that it answered, "
                           "and 10 to the node itself, 11 to 255 to others",
                           d.distance, d.from, d.to)));
  }
}

Result<boot::NodeAnswer> NumaPlugin::check(const AbiRanges& memory) const {
  boot::NodeAnswer out;
  Errors errors;
  for (const Answer& a : call_.answers()) take(a, memory, out, errors);
  if (errors.empty() && !judged_by_kernel()) check_cover(memory, out.parsed.blocks, errors);
  check_distances(out, errors);
  if (!errors.empty()) return errors;
  out.given = true;
  out.tells_distances = !call_.distances().empty();
  out.processors_have_nodes = is_firmware();
  for (const Said& s : call_.said()) out.events.push_back(s.event);
  return out;
}

}  // namespace memmap::plugin
