#include "input/log/dmesg_nodes.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "input/log/dmesg_e820.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kMostNodes = 1024;  // MAX_NUMNODES at most
constexpr std::uint64_t kMostProcessors = 8192;

std::optional<int> take_nid(std::string_view& text) {
  const auto nid = take_decimal(text);
  if (!nid || *nid >= kMostNodes) return std::nullopt;
  return static_cast<int>(*nid);
}

}  // namespace

void NodeLines::line(std::string_view text) {
  if (text.size() < 2) return;
  switch (text[0]) {
    case 'A':
      if (!eat(text, "ACPI: ")) return;
      [[fallthrough]];
    case 'S':
      if (eat(text, "SRAT: Node ")) return srat_memory(text);
      if (eat(text, "SRAT: PXM ")) srat_processor(text);
      return;
    case 'F':
      if (text.starts_with("Faking node ")) faked_ = true;
      return;
    case 'I':
      if (eat(text, "Initmem setup node ")) setup(text);
      return;
    case '.':
      if (eat(text, ".... node ")) started(text);
      return;
    case ' ':
    case '#':
      return started_numbers(text);  // where another line came between
    default:
      return;
  }
}

// `0 PXM 0 [mem 0x00000000-0x0009ffff] hotplug`, `0 PXM 0 0-a0000` before 3.5. The number taken is
// the node's: the kernel has mapped the proximity domain already. kernel:
// acpi_numa_memory_affinity_init(), drivers/acpi/numa/srat.c
void NodeLines::srat_memory(std::string_view text) {
  const auto nid = take_nid(text);
  if (!nid || !eat(text, " PXM ") || !take_decimal(text)) return;
  const auto range = take_whole_range(text);
  if (!range) return;
  NodeMemory memory{.range = *range, .nid = *nid};
  memory.hotpluggable = text.find("hotplug") != text.npos;
  std::vector<NodeMemory>& nodes = machine_.node_memory;
  srat_done_ = srat_done_ || (!nodes.empty() && nodes.front().range == memory.range);
  if (!srat_done_) nodes.push_back(memory);
}

// `0 -> APIC 0x00 -> Node 0`, in the order of the table, which is that of the processors. Kernels of
// 2024 and later do not tell it any more.
void NodeLines::srat_processor(std::string_view text) {
  const std::size_t at = text.find("-> Node ");
  if (text.find("-> APIC ") == text.npos || at == text.npos) return;
  text.remove_prefix(at + 8);
  const auto nid = take_nid(text);
  if (nid && machine_.cpu_nodes.size() < kMostProcessors) machine_.cpu_nodes.push_back(*nid);
}

// ` #1, CPUs:   #2 #3`: processors that the boot processor starts.
// kernel: announce_cpu(), arch/x86/kernel/smpboot.c, since 3.13
void NodeLines::started(std::string_view text) {
  starting_ = -1;
  text = skip_blanks(text);
  if (!eat(text, "#")) return;
  const auto nid = take_nid(text);
  if (!nid || !eat(text, ", CPUs:")) return;
  starting_ = *nid;
  started_numbers(text);
}

void NodeLines::started_numbers(std::string_view text) {
  for (text = skip_blanks(text); starting_ >= 0 && eat(text, "#"); text = skip_blanks(text)) {
    const auto cpu = take_decimal(text);
    if (!cpu || *cpu >= kMostProcessors) return;
    const auto at = static_cast<std::size_t>(*cpu);
    if (running_.size() <= at) running_.resize(at + 1, -1);
    running_[at] = starting_;
  }
}

// `1 as memoryless`, `1 [mem 0x0000000000000000-0x0000000000000000]` before 5.17.
// kernel: free_area_init_node(), mm/mm_init.c, mm/page_alloc.c before 6.3
void NodeLines::setup(std::string_view text) {
  const auto nid = take_nid(text);
  if (!nid) return;
  if (text.starts_with(" as memoryless") ||
      text.starts_with(" [mem 0x0000000000000000-0x0000000000000000]"))
    bare_.insert(*nid);
}

void NodeLines::finish() {
  if (machine_.node_memory.empty() || faked_) return;
  if (machine_.cpu_nodes.empty() && !running_.empty()) {
    // The SRAT's domains are numbered as they are met, and firmware lists the boot processor first.
    running_.front() = 0;
    const bool one = std::ranges::all_of(running_, [](int nid) { return nid == 0; });
    if (!one || !bare_.empty()) {
      machine_.notes.push_back(
          "of which node the boot processor is stands in no line of the log: taken to be node 0, "
          "for firmware lists that processor first");
    }
    machine_.cpu_nodes = std::move(running_);
  }
  for (const int nid : bare_) {
    if (std::ranges::find(machine_.cpu_nodes, nid) == machine_.cpu_nodes.end())
      machine_.other_nodes.push_back(nid);
  }
}

}  // namespace memmap::input
