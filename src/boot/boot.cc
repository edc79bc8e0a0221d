#include "boot/boot.h"

#include <algorithm>
#include <ranges>

namespace memmap::boot {
namespace {

memblock::Options memblock_options(const Boot& boot) {
  memblock::Options options;
  options.movable_node = boot.has_parameter("movable_node");
  options.mirrored_kernelcore = boot.parameter("kernelcore") == "mirror";
  options.kernel_end = boot.kernel_image().end();
  return options;
}

// Whether the processor leaks the kernel's memory to user space: what it says itself, else by its
// maker and, for Intel's, by generations that never speculate. kernel: cpu_vuln_whitelist,
// cpu_set_bug_bits(), arch/x86/kernel/cpu/common.c, v6.12
bool has_meltdown(const CpuFacts& cpu) {
  if (cpu.meltdown) return *cpu.meltdown;
  if (cpu.vendor != "GenuineIntel" || cpu.family < 6) return false;
  // Bonnell and Saltwell, the Atoms that execute in order.
  constexpr unsigned kInOrder[] = {0x1c, 0x26, 0x27, 0x35, 0x36};
  return cpu.family != 6 || std::ranges::find(kInOrder, cpu.model) == std::end(kInOrder);
}

// kernel: pti_check_boottime_disable(), arch/x86/mm/pti.c, v6.1 and v6.12
bool page_table_isolation(const Boot& boot) {
  if (!boot.profile.has("MITIGATION_PAGE_TABLE_ISOLATION") &&
      !boot.profile.has("PAGE_TABLE_ISOLATION")) {
    return false;
  }
  if (boot.has_parameter("nopti") || boot.parameter("mitigations") == "off") return false;
  const auto pti = boot.parameter("pti");
  if (pti == "off") return false;
  return pti == "on" || has_meltdown(boot.machine.cpu);
}

// What the processor can do and neither kernel nor command line forbids.
paging::Features features_of(const Boot& boot) {
  const CpuFacts& cpu = boot.machine.cpu;
  paging::Features f;
  f.pse = cpu.pse.value_or(true);
  f.gbpages = cpu.gbpages.value_or(false) && !boot.has_parameter("nogbpages");
  f.pge = cpu.pge.value_or(true);
  f.nx = cpu.nx.value_or(true);
  f.la57 = cpu.la57.value_or(false) && boot.profile.x86_5level && !boot.has_parameter("no5lvl");
  f.pti = page_table_isolation(boot);
  f.debug_pagealloc = boot.profile.has("DEBUG_PAGEALLOC") &&
                      (boot.profile.has("DEBUG_PAGEALLOC_ENABLE_DEFAULT")
                           ? boot.parameter("debug_pagealloc") != "off"
                           : boot.parameter("debug_pagealloc") == "on");
  return f;
}

}  // namespace

Boot::Boot(const Machine& machine_, const kernel::Profile& profile_, const Options& options)
    : machine(machine_),
      profile(profile_),
      behaviour(kernel::behaviour_of(profile_)),
      command_line(options.command_line.value_or(machine_.command_line.value_or(""))),
      parameters(kernel::parse_command_line(command_line)),
      kernel_base(machine_.kernel_phys_base.value_or(PhysAddr{profile_.default_phys_base})),
      firmware(options.entry_limit ? e820::max_entries(profile_.nodes_shift) : e820::kNoLimit),
      kexec(firmware.capacity()),
      table(firmware.capacity()),
      features(features_of(*this)),
      memblock(behaviour, memblock_options(*this)) {
  page_tables.levels = features.levels();
  memblock.set_policies(options.top_down, options.bottom_up);
  memblock.set_observer([this](const memblock::Call& call) {
    if (logs_memblock) memblock_log.push_back({call, std::nullopt});
    if (call.kind != memblock::CallKind::reserve) return;
    asked.push_back({call.range, std::string(call.caller.owner), std::string(call.caller.function)});
  });
  memblock.set_event_sink([this](Event event) { events.push_back(std::move(event)); });
}

bool Boot::has_parameter(std::string_view name) const {
  return std::ranges::any_of(parameters, [&](const auto& p) { return kernel::parameq(p.name, name); });
}

std::optional<std::string> Boot::parameter(std::string_view name) const {
  for (const kernel::Parameter& p : parameters | std::views::reverse) {
    if (kernel::parameq(p.name, name)) return p.value;
  }
  return std::nullopt;
}

PhysRange Boot::kernel_image() const {
  return PhysRange::make(raw(kernel_base), raw(kernel_base) + profile.image.end);
}

void Boot::dump_memblock() {
  if (!logs_memblock) return;
  MemblockDump dump;
  dump.memory_size = memblock.phys_mem_size();
  dump.reserved_size = memblock.reserved_size();
  dump.memory = memblock.memory().list.regions();
  dump.reserved = memblock.reserved().list.regions();
  memblock_log.push_back({{}, std::move(dump)});
}

void Boot::tell(Severity severity, std::string rule, std::string text,
                std::optional<PhysRange> range) {
  events.push_back({severity, std::string(step), std::move(rule), std::move(text), range});
}

bool Boot::panicked() const {
  return !events.empty() && events.back().severity == Severity::panic;
}

}  // namespace memmap::boot
