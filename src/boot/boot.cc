#include "boot/boot.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/x86/possible_cpus.h"
#include "e820/sanitize.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

// The boot loader's command line behind the one that is built in, or that alone. What a system
// tells of itself has both already. kernel: builtin_cmdline, setup_arch(), arch/x86/kernel/setup.c
std::string line_of(const Machine& machine, const kernel::Profile& profile,
                    const Options& options) {
  const std::string loader = kernel::appended(
      options.command_line ? *options.command_line : machine.command_line.value_or(""),
      options.append);
  const std::string_view built_in = profile.text(config::CMDLINE);
  if (!profile.has(config::CMDLINE_BOOL) || built_in.empty()) {
    return loader;
  }
  const auto how =
      profile.has(config::CMDLINE_OVERRIDE) ? kernel::BuiltIn::instead : kernel::BuiltIn::before;
  return kernel::whole_command_line(built_in, how, loader);
}

memblock::Options memblock_options(const Boot& boot) {
  memblock::Options options;
  options.movable_node = boot.profile.memory_hotplug && boot.has_parameter("movable_node");
  options.mirrored_kernelcore = boot.mirrored_kernelcore();
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
  if (!boot.profile.has(config::MITIGATION_PAGE_TABLE_ISOLATION) &&
      !boot.profile.has(config::PAGE_TABLE_ISOLATION)) {
    return false;
  }
  // kernel: mitigations_parse_cmdline(), kernel/cpu.c: another word changes nothing
  bool mitigations_off = false;
  for (const auto& value : boot.values_of("mitigations")) {
    if (value == "off") mitigations_off = true;
    if (value == "auto" || value == "auto,nosmt") mitigations_off = false;
  }
  const auto is_mode = [](std::string_view text) {
    return text == "on" || text == "off" || text == "auto";
  };
  std::string mode = "auto";
  if (boot.profile.version < kernel::Version{6, 12, 0}) {
    // The last pti=, if it is a mode; else nopti and mitigations=off.
    const auto last = boot.parameter("pti");
    if (last && is_mode(*last)) {
      mode = *last;
    } else if (boot.has_parameter("nopti") || mitigations_off) {
      mode = "off";
    }
  } else {
    // Each where it stands; mitigations=off above all.
    for (const kernel::Parameter& p : boot.parameters) {
      if (kernel::parameq(p.name, "nopti")) mode = "off";
      if (kernel::parameq(p.name, "pti") && p.value && is_mode(*p.value)) mode = *p.value;
    }
    if (mitigations_off) mode = "off";
  }
  return mode == "on" || (mode == "auto" && has_meltdown(boot.machine.cpu));
}

// gbpages and nogbpages, whichever is last.
// kernel: early_param_on_off("gbpages", "nogbpages", ...), arch/x86/mm/init.c
bool wants_gbpages(const Boot& boot) {
  bool wanted = true;
  for (const kernel::Parameter& p : boot.parameters) {
    if (kernel::parameq(p.name, "gbpages")) wanted = true;
    if (kernel::parameq(p.name, "nogbpages")) wanted = false;
  }
  return wanted;
}

// What the processor can do and neither kernel nor command line forbids.
paging::Features features_of(const Boot& boot) {
  const CpuFacts& cpu = boot.machine.cpu;
  paging::Features f;
  f.pse = cpu.pse.value_or(true);
  f.gbpages = cpu.gbpages.value_or(false) && wants_gbpages(boot);
  f.pge = cpu.pge.value_or(true);
  f.nx = cpu.nx.value_or(true);
  f.la57 = cpu.la57.value_or(false) && boot.profile.x86_5level &&
           !kernel::find_option_bool(boot.command_line, "no5lvl");
  f.pti = page_table_isolation(boot);
  // kernel: early_debug_pagealloc(), mm/debug_page_alloc.c
  f.debug_pagealloc =
      boot.profile.has(config::DEBUG_PAGEALLOC) &&
      boot.switched("debug_pagealloc", boot.profile.has(config::DEBUG_PAGEALLOC_ENABLE_DEFAULT));
  return f;
}

// Where the image lies, if the machine does not tell: where it wants to be, if that is RAM, else at
// the next place of 2 MiB that is, as EFI's stub and the boot loaders look for one.
// kernel: efi_relocate_kernel(), drivers/firmware/efi/libstub/relocate.c
PhysAddr kernel_place(const Machine& machine, const kernel::Profile& profile) {
  if (machine.kernel_phys_base) return *machine.kernel_phys_base;
  constexpr std::uint64_t kStep = 2 * kMiB;
  const std::uint64_t wanted = profile.default_phys_base;
  e820::Table table;
  table.assign(machine.firmware_map);
  e820::sanitize(table);
  for (const E820Entry& e : table.entries()) {
    if (e.type != E820Type::ram || e.wraps()) continue;
    const std::uint64_t base = std::max(wanted, align_up(raw(e.addr), kStep));
    if (base < e.end() && e.end() - base >= profile.image.end) return PhysAddr{base};
  }
  return PhysAddr{wanted};
}

}  // namespace

Boot::Boot(const Machine& machine_, const kernel::Profile& profile_, const Options& options_)
    : options(options_),
      machine(machine_),
      profile(profile_),
      behaviour(kernel::behaviour_of(profile_)),
      command_line(line_of(machine_, profile_, options)),
      parameters(kernel::parse_command_line(command_line)),
      cpus(listed_cpus(machine_, profile_, parameters)),
      possible_cpus(boot::possible_cpus(cpus.facts(machine_.cpu), profile_, parameters)),
      nr_cpu_ids(profile_.has(config::FORCE_NR_CPUS)
                     ? static_cast<unsigned>(profile_.number(config::NR_CPUS))
                     : possible_cpus),
      kernel_base(kernel_place(machine_, profile_)),
      firmware(options.entry_limit ? e820::max_entries(profile_.nodes_shift) : e820::kNoLimit),
      kexec(firmware.capacity()),
      table(firmware.capacity()),
      features(features_of(*this)),
      memblock(behaviour, memblock_options(*this)),
      initrd(machine_.initrd),
      observer(options.observer) {
  page_tables.levels = features.levels();
  record_memblock = options.record_memblock;
  memblock.set_policies(options.top_down, options.bottom_up);
  memblock.set_observer([this](const memblock::Call& call) {
    if (observer != nullptr) {
      show_events();
      observer->on_call(*this, call);
    }
    if (logs_memblock) memblock_log.push_back({call, std::nullopt});
    if (call.kind == memblock::CallKind::reserve) owners.reserve(call.range, call.caller);
    if (call.kind == memblock::CallKind::free) owners.free(call.range);
  });
  memblock.set_event_sink([this](Event event) { events.push_back(std::move(event)); });
}

memblock::Caller Boot::caller(std::string_view owner,
                              std::initializer_list<kernel::Function> functions) const {
  for (const kernel::Function& function : functions) {
    if (profile.is_function(function)) return {function.name, owner};
  }
  const kernel::Function& kept =
      profile.functions.empty() ? *functions.begin() : *(functions.end() - 1);
  return {kept.name, owner};
}

std::optional<PhysAddr> Boot::alloc_or_panic(std::uint64_t size, std::uint64_t align,
                                             const memblock::Caller& who) {
  const auto found = memblock.alloc(size, align, who);
  if (!found) panic_without_memory(who.function, size);
  return found;
}

std::optional<PhysAddr> Boot::take_within(kernel::Behaviour::Bounded how, std::uint64_t size,
                                          std::uint64_t align, PhysAddr from, PhysAddr to,
                                          const memblock::Caller& who) {
  if (how == kernel::Behaviour::Bounded::allocates) {
    return memblock.phys_alloc_range(size, align, from, to, who);
  }
  const auto found = memblock.find_in_range(from, to, size, align);
  if (found) memblock.reserve(*found, size, who);
  return found;
}

std::string_view Boot::name_for_node(std::string_view what, int nid) {
  return keep_name(fmt::format("{} of node {}", what, nid));
}

std::string_view Boot::keep_name(std::string name) {
  const auto same = std::ranges::find(*names, name);
  return same != names->end() ? *same : names->emplace_back(std::move(name));
}

void Boot::panic_without_memory(std::string_view function, std::uint64_t size) {
  if (panicked()) return;
  tell(Severity::panic, fmt::format("{}()", function),
       fmt::format("Kernel panic - not syncing: {}: Failed to allocate {} bytes", function, size));
}

// kernel: cpumask_size(), include/linux/cpumask.h, v6.1 and v6.12
std::uint64_t Boot::cpumask_size() const {
  constexpr std::uint64_t kConstantUpTo = 256;
  const std::uint64_t most = profile.number(config::NR_CPUS);
  const bool constant = behaviour.cpumask_constant_size && most <= kConstantUpTo;
  return align_up(constant ? most : nr_cpu_ids, 64) / 8;
}

// By the processors' affinities; the others in turns over the nodes that have memory.
// kernel: numa_init_array(), init_cpu_to_node(), arch/x86/mm/numa.c, v6.12
std::vector<int> Boot::nodes_of_cpus() const {
  const std::vector<int> given = processors_have_nodes ? machine.cpu_nodes : std::vector<int>{};
  std::vector<int> out;
  for (unsigned cpu = 0; cpu < possible_cpus; ++cpu) {
    const bool known = cpu < given.size() && given[cpu] >= 0;
    if (known && emulated_from.empty()) {
      out.push_back(given[cpu]);
    } else if (known) {
      // kernel: numa_emu_update_cpu_to_node(): the first node that was split from the processor's
      const auto part = std::ranges::find(emulated_from, given[cpu]);
      out.push_back(part == emulated_from.end() ? 0
                                                : static_cast<int>(part - emulated_from.begin()));
    } else {
      out.push_back(nodes.online.empty() ? 0 : nodes.online[cpu % nodes.online.size()]);
    }
  }
  return out;
}

// kernel: parse_acpi(), arch/x86/kernel/acpi/boot.c
bool acpi_enabled(const kernel::Profile& profile,
                  const std::vector<kernel::Parameter>& parameters) {
  bool enabled = profile.has(config::ACPI);
  for (const kernel::Parameter& p : parameters) {
    if (!kernel::parameq(p.name, "acpi")) continue;
    if (p.value == "off") enabled = false;
    if (p.value == "force") enabled = profile.has(config::ACPI);
  }
  return enabled;
}

bool Boot::acpi_enabled() const { return boot::acpi_enabled(profile, parameters); }

Facts Boot::facts() const { return {machine, profile, command_line, parameters, acpi_enabled()}; }

// kernel: cmdline_parse_kernelcore(), mm/mm_init.c
bool Boot::mirrored_kernelcore() const {
  return std::ranges::any_of(values_of("kernelcore"), [](std::optional<std::string_view> value) {
    return value && kernel::parse_option_str(*value, "mirror");
  });
}

bool Boot::needs_table(unsigned level, std::uint64_t virt) {
  return tables.emplace(level, virt >> paging::entry_shift(level + 1)).second;
}

bool Boot::has_parameter(std::string_view name) const {
  return std::ranges::any_of(parameters,
                             [&](const auto& p) { return kernel::parameq(p.name, name); });
}

std::vector<std::optional<std::string_view>> Boot::values_of(std::string_view name) const {
  std::vector<std::optional<std::string_view>> out;
  for (const kernel::Parameter& p : parameters) {
    if (!kernel::parameq(p.name, name)) continue;
    out.push_back(p.value ? std::optional<std::string_view>(*p.value) : std::nullopt);
  }
  return out;
}

bool Boot::switched(std::string_view name, bool otherwise) const {
  for (const auto& value : values_of(name))
    otherwise = kernel::kstrtobool(value).value_or(otherwise);
  return otherwise;
}

std::optional<std::string> Boot::parameter(std::string_view name) const {
  const auto last = std::find_if(parameters.rbegin(), parameters.rend(),
                                 [&](const auto& p) { return kernel::parameq(p.name, name); });
  return last == parameters.rend() ? std::nullopt : last->value;
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

// By index: an observer sees the list as it grows.
void Boot::show_events() {
  if (observer == nullptr) return;
  while (events_shown < events.size()) {
    const Event event = events[events_shown++];
    observer->on_event(*this, event);
  }
}

bool Boot::panicked() const { return !events.empty() && events.back().severity == Severity::panic; }

}  // namespace memmap::boot
