#include "plugin/adapt/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "kernel/behaviour.h"
#include "numa/cxl_windows.h"

namespace memmap::plugin {
namespace {

constexpr std::uint32_t kRangeSize = sizeof(memmap_range_t);

memmap_range_t range_of(PhysRange r, std::uint32_t type, std::int32_t nid, std::uint32_t flags) {
  return {.struct_size = kRangeSize,
          .type = type,
          .base = raw(r.base()),
          .end = raw(r.end()),
          .nid = nid,
          .flags = flags};
}

// In the order of MtrrType.
constexpr std::uint32_t kMtrrTypes[] = {MEMMAP_MTRR_UNKNOWN,         MEMMAP_MTRR_UNCACHABLE,
                                        MEMMAP_MTRR_WRITE_COMBINING, MEMMAP_MTRR_WRITE_THROUGH,
                                        MEMMAP_MTRR_WRITE_PROTECT,   MEMMAP_MTRR_WRITE_BACK};
static_assert(std::size(kMtrrTypes) == std::size(kMtrrWords));

std::uint32_t to_abi(MtrrType type) { return kMtrrTypes[static_cast<std::size_t>(type)]; }

}  // namespace

memmap_setting_t to_abi(const kernel::Parameter& parameter) {
  return {.name = parameter.name.c_str(),
          .value = parameter.value ? parameter.value->c_str() : nullptr};
}

Facts::Facts(const boot::Facts& facts)
    : command_line_(facts.command_line),
      kernel_release_(fmt::format("{}.{}.{}", facts.profile.version.major,
                                  facts.profile.version.minor, facts.profile.version.patch)),
      cpu_nodes_(facts.machine.cpu_nodes.begin(), facts.machine.cpu_nodes.end()),
      other_nodes_(facts.machine.other_nodes.begin(), facts.machine.other_nodes.end()),
      distances_(facts.machine.distances) {
  const Machine& machine = facts.machine;
  add_node_memory(facts);
  mtrrs_ = to_abi(std::span<const MtrrRange>(machine.mtrrs));
  for (const kernel::Parameter& p : facts.parameters) parameters_.push_back(to_abi(p));
  for (const PciDevice& d : machine.pci) pci_.push_back({d.address, d.vendor, d.device});
  const bool slit = !distances_.empty() || machine.has_acpi_table("SLIT");
  abi_ = {.struct_size = sizeof abi_,
          .max_nodes = 1u << facts.profile.nodes_shift,
          .command_line = command_line_.c_str(),
          .kernel_release = kernel_release_.c_str(),
          .node_memory = node_memory_.data(),
          .node_memory_count = node_memory_.size(),
          .mtrrs = mtrrs_.data(),
          .mtrr_count = mtrrs_.size(),
          .mtrr_default = to_abi(machine.mtrr_default),
          .reserved = 0,
          .kernel_version = {facts.profile.version.major, facts.profile.version.minor,
                             facts.profile.version.patch},
          .flags = (facts.profile.numa ? MEMMAP_FACT_NUMA : 0) | (slit ? MEMMAP_FACT_SLIT : 0) |
                   (facts.acpi_enabled ? MEMMAP_FACT_ACPI : 0) |
                   (machine.snb_graphics ? MEMMAP_FACT_SNB : 0),
          .mtrr_tom2 = raw(machine.mtrr_tom2.value_or(PhysAddr{0})),
          .parameters = parameters_.data(),
          .parameter_count = parameters_.size(),
          .cpu_nodes = cpu_nodes_.data(),
          .cpu_node_count = cpu_nodes_.size(),
          .pci = pci_.data(),
          .pci_count = pci_.size(),
          .other_nodes = other_nodes_.data(),
          .other_node_count = other_nodes_.size(),
          .distances = distances_.data(),
          .distance_count = distances_.size()};
}

// The SRAT's, with what the kernel makes of windows for CXL memory.
// kernel: acpi_numa_init(), drivers/acpi/numa/srat.c, v6.12 and v7.2
void Facts::add_node_memory(const boot::Facts& facts) {
  const Machine& machine = facts.machine;
  int last = -1;
  for (const int nid : machine.cpu_nodes) last = std::max(last, nid);
  for (const int nid : machine.other_nodes) last = std::max(last, nid);
  std::vector<numa::NodeBlock> blocks;
  for (const NodeMemory& m : machine.node_memory) {
    blocks.push_back({m.range, m.nid});
    last = std::max(last, m.nid);
  }
  const kernel::Behaviour behaviour = kernel::behaviour_of(facts.profile);
  if (numa::reads_cxl_windows(facts.profile, behaviour) && !machine.cxl_windows.empty() &&
      !blocks.empty()) {
    numa::WithWindows with =
        numa::with_cxl_windows(std::move(blocks), machine.cxl_windows, last + 1,
                               1 << facts.profile.nodes_shift, behaviour);
    blocks = std::move(with.blocks);
    other_nodes_.insert(other_nodes_.end(), with.nodes.begin(), with.nodes.end());
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool hotpluggable = i < machine.node_memory.size() && machine.node_memory[i].hotpluggable;
    node_memory_.push_back(range_of(blocks[i].range, raw(E820Type::ram), blocks[i].nid,
                                    hotpluggable ? MEMMAP_NODE_HOTPLUG : 0));
  }
}

AbiRanges to_abi(std::span<const E820Entry> entries) {
  AbiRanges out;
  for (const E820Entry& e : entries) {
    const std::uint64_t end = e.wraps() ? std::numeric_limits<std::uint64_t>::max() : e.end();
    if (end == raw(e.addr)) continue;
    out.push_back(range_of(PhysRange::make(raw(e.addr), end), raw(e.type), memblock::kAnyNode, 0));
  }
  return out;
}

AbiRanges to_abi(std::span<const memblock::Region> regions) {
  AbiRanges out;
  for (const memblock::Region& r : regions) {
    if (!r.range.empty()) out.push_back(range_of(r.range, raw(E820Type::ram), r.nid, r.flags));
  }
  return out;
}

AbiRanges to_abi(std::span<const MtrrRange> mtrrs) {
  AbiRanges out;
  for (const MtrrRange& m : mtrrs)
    out.push_back(range_of(m.range, to_abi(m.type), memblock::kAnyNode, 0));
  return out;
}

AbiRanges to_abi(std::span<const numa::NodeBlock> blocks) {
  AbiRanges out;
  for (const numa::NodeBlock& b : blocks) {
    out.push_back(range_of(b.range, raw(E820Type::ram), b.nid, 0));
  }
  return out;
}

}  // namespace memmap::plugin
