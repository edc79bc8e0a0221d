#include "plugin/facts.h"

#include <limits>
#include <optional>

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

// The names that /proc/mtrr and the kernel's log use. kernel: mtrr_strings[],
// arch/x86/kernel/cpu/mtrr
std::uint32_t mtrr_type(const std::string& name) {
  if (name == "uncachable") return MEMMAP_MTRR_UNCACHABLE;
  if (name == "write-combining") return MEMMAP_MTRR_WRITE_COMBINING;
  if (name == "write-through") return MEMMAP_MTRR_WRITE_THROUGH;
  if (name == "write-protect") return MEMMAP_MTRR_WRITE_PROTECT;
  if (name == "write-back") return MEMMAP_MTRR_WRITE_BACK;
  return MEMMAP_MTRR_UNKNOWN;
}

}  // namespace

Facts::Facts(const Machine& machine, std::string command_line, std::string kernel_release,
             std::uint32_t max_nodes)
    : command_line_(std::move(command_line)), kernel_release_(std::move(kernel_release)) {
  for (const NodeMemory& m : machine.node_memory) {
    node_memory_.push_back(
        range_of(m.range, raw(E820Type::ram), m.nid, m.hotpluggable ? MEMMAP_NODE_HOTPLUG : 0));
  }
  for (const MtrrRange& m : machine.mtrrs) {
    mtrrs_.push_back(range_of(m.range, mtrr_type(m.type), memblock::kAnyNode, 0));
  }
  abi_ = {.struct_size = sizeof abi_,
          .max_nodes = max_nodes,
          .command_line = command_line_.c_str(),
          .kernel_release = kernel_release_.c_str(),
          .node_memory = node_memory_.data(),
          .node_memory_count = node_memory_.size(),
          .mtrrs = mtrrs_.data(),
          .mtrr_count = mtrrs_.size(),
          .mtrr_default = mtrr_type(machine.mtrr_default.value_or("")),
          .reserved = 0};
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

}  // namespace memmap::plugin
