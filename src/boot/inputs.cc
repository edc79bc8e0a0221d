#include "boot/inputs.h"

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

// Another word than these changes nothing. kernel: mitigations_parse_cmdline(), kernel/cpu.c, v6.12
bool turns_mitigations_off(const Inputs& in) {
  bool off = false;
  for (const auto& value : in.values_of("mitigations")) {
    if (value == "off") off = true;
    if (value == "auto" || value == "auto,nosmt") off = false;
  }
  return off;
}

// Whether the kernel is not guarded against user space: once it is not, it stays so.
// kernel: mitigations_parse_cmdline(), mitigations_parse_global_opt(), kernel/cpu.c, v7.2
bool leaves_user_space(const Inputs& in) {
  constexpr std::string_view kVectors[] = {"no_user_kernel", "no_user_user", "no_guest_host",
                                           "no_guest_guest", "no_cross_thread"};
  bool off = false;
  bool leaves = false;
  for (const auto& value : in.values_of("mitigations")) {
    std::string_view rest = value.value_or("");
    for (const std::string_view word : {"off", "auto,nosmt", "auto"}) {
      if (!rest.starts_with(word)) continue;
      off = word == "off";
      rest.remove_prefix(word.size());
      break;
    }
    leaves = leaves || off;
    while (rest.starts_with(',')) {
      rest.remove_prefix(1);
      const std::string_view vector = rest.substr(0, rest.find(','));
      if (std::ranges::find(kVectors, vector) == std::end(kVectors)) break;
      leaves = leaves || vector == kVectors[0];
      rest.remove_prefix(vector.size());
    }
  }
  return leaves;
}

// kernel: pti_check_boottime_disable(), arch/x86/mm/pti.c, v6.1, v6.12 and v7.2
bool page_table_isolation(const Inputs& in) {
  if (!in.profile.has(config::MITIGATION_PAGE_TABLE_ISOLATION) &&
      !in.profile.has(config::PAGE_TABLE_ISOLATION)) {
    return false;
  }
  const bool vectors = in.behaviour.mitigations_are_vectors;
  const bool mitigations_off = vectors ? leaves_user_space(in) : turns_mitigations_off(in);
  const auto is_mode = [](std::string_view text) {
    return text == "on" || text == "off" || text == "auto";
  };
  std::string mode = "auto";
  if (!in.behaviour.pti_in_order) {
    // The last pti=, if it is a mode; else nopti and mitigations=off.
    const auto last = in.parameter("pti");
    if (last && is_mode(*last)) {
      mode = *last;
    } else if (in.has_parameter("nopti") || mitigations_off) {
      mode = "off";
    }
  } else {
    // Each where it stands; mitigations=off above all.
    for (const kernel::Parameter& p : in.parameters) {
      if (kernel::parameq(p.name, "nopti")) mode = "off";
      if (kernel::parameq(p.name, "pti") && p.value && is_mode(*p.value)) mode = *p.value;
    }
    if (mitigations_off && (!vectors || mode == "auto")) mode = "off";
  }
  return mode == "on" || (mode == "auto" && has_meltdown(in.machine.cpu));
}

// gbpages and nogbpages, whichever is last.
// kernel: early_param_on_off("gbpages", "nogbpages", ...), arch/x86/mm/init.c
bool wants_gbpages(const Inputs& in) {
  bool wanted = true;
  for (const kernel::Parameter& p : in.parameters) {
    if (kernel::parameq(p.name, "gbpages")) wanted = true;
    if (kernel::parameq(p.name, "nogbpages")) wanted = false;
  }
  return wanted;
}

// What the processor can do and neither kernel nor command line forbids.
paging::Features features_of(const Inputs& in) {
  const CpuFacts& cpu = in.machine.cpu;
  paging::Features f;
  f.pse = cpu.pse.value_or(true);
  f.gbpages = cpu.gbpages.value_or(false) && wants_gbpages(in);
  f.pge = cpu.pge.value_or(true);
  f.nx = cpu.nx.value_or(true);
  f.la57 = cpu.la57.value_or(false) && in.profile.x86_5level &&
           !kernel::find_option_bool(in.command_line, "no5lvl");
  f.pti = page_table_isolation(in);
  // kernel: early_debug_pagealloc(), mm/debug_page_alloc.c
  // A paravirtualised guest's tables are the hypervisor's to check: small pages, in four levels.
  // kernel: xen_start_kernel(), arch/x86/xen/enlighten_pv.c, v6.1
  if (is_pv(in.machine.xen_domain)) f.pse = f.gbpages = f.la57 = f.pti = false;
  f.debug_pagealloc =
      in.profile.has(config::DEBUG_PAGEALLOC) &&
      in.switched("debug_pagealloc", in.profile.has(config::DEBUG_PAGEALLOC_ENABLE_DEFAULT));
  return f;
}

// kernel: LOAD_PHYSICAL_ADDR, arch/x86/include/asm/page_types.h, boot.h in older kernels
std::uint64_t load_address(const kernel::Profile& profile) {
  return align_up(profile.default_phys_base, profile.image_align());
}

// Where the image lies, if the machine does not tell: where it wants to be, if that is RAM, else at
// the next place of its alignment that is, as EFI's stub and the boot loaders look for one, below what
// four levels of page tables reach. What is loaded elsewhere moves up to such a place itself.
// kernel: efi_relocate_kernel(), drivers/firmware/efi/libstub/relocate.c; startup_64,
// arch/x86/boot/compressed/head_64.S
PhysAddr kernel_place(const Machine& machine, const kernel::Profile& profile) {
  if (machine.kernel_phys_base) return *machine.kernel_phys_base;
  constexpr std::uint64_t kHighest = 64 * kTiB;
  const std::uint64_t step = profile.image_align();
  const std::uint64_t wanted = load_address(profile);
  e820::Table table;
  table.assign(machine.firmware_map);
  e820::sanitize(table);
  for (const E820Entry& e : table.entries()) {
    if (e.type != E820Type::ram || e.wraps()) continue;
    const std::uint64_t base = std::max(wanted, align_up(raw(e.addr), step));
    const std::uint64_t end = std::min(e.end(), kHighest);
    if (base < end && end - base >= profile.image.end) return PhysAddr{base};
  }
  return PhysAddr{wanted};
}

// kernel: defer_init(), mm/mm_init.c, setup_early_page_ext(), mm/page_ext.c, v6.12
bool defers_struct_pages(const kernel::Profile& profile, const kernel::Behaviour& behaviour,
                         const std::vector<kernel::Parameter>& parameters) {
  const bool all_early =
      behaviour.early_page_ext_ends_deferral && profile.has(config::PAGE_EXTENSION) &&
      std::ranges::any_of(parameters,
                          [](const auto& p) { return kernel::parameq(p.name, "early_page_ext"); });
  return profile.deferred_struct_page_init && !all_early;
}

}  // namespace

Inputs::Inputs(const Machine& its_machine, const kernel::Profile& its_profile,
               const Options& its_options)
    : options(its_options),
      machine(its_machine),
      profile(its_profile),
      behaviour(kernel::behaviour_of(its_profile)),
      command_line(line_of(its_machine, its_profile, its_options)),
      parameters(kernel::parse_command_line(command_line)),
      cpus(listed_cpus(its_machine, its_profile, parameters)),
      possible_cpus(boot::possible_cpus(cpus.facts(its_machine.cpu), its_profile, parameters)),
      local_apic(boot::local_apic(its_machine, its_profile, parameters)),
      defers_struct_pages(boot::defers_struct_pages(its_profile, behaviour, parameters)),
      setup_max_cpus(boot::setup_max_cpus(parameters)),
      nr_cpu_ids(its_profile.has(config::FORCE_NR_CPUS) ? nr_cpus(its_profile) : possible_cpus),
      kernel_base(kernel_place(its_machine, its_profile)),
      features(features_of(*this)),
      fixmap(its_profile) {}

bool Inputs::has_parameter(std::string_view name) const {
  return std::ranges::any_of(parameters,
                             [&](const auto& p) { return kernel::parameq(p.name, name); });
}

std::vector<std::optional<std::string_view>> Inputs::values_of(std::string_view name) const {
  std::vector<std::optional<std::string_view>> out;
  for (const kernel::Parameter& p : parameters) {
    if (!kernel::parameq(p.name, name)) continue;
    out.push_back(p.value ? std::optional<std::string_view>(*p.value) : std::nullopt);
  }
  return out;
}

bool Inputs::switched(std::string_view name, bool otherwise) const {
  for (const auto& value : values_of(name))
    otherwise = kernel::kstrtobool(value).value_or(otherwise);
  return otherwise;
}

std::optional<std::string> Inputs::parameter(std::string_view name) const {
  const auto last = std::find_if(parameters.rbegin(), parameters.rend(),
                                 [&](const auto& p) { return kernel::parameq(p.name, name); });
  return last == parameters.rend() ? std::nullopt : last->value;
}

VirtAddr Inputs::kernel_text() const {
  return machine.kaslr.kernel_virt_base.value_or(
      VirtAddr{raw(paging::kStartKernelMap) + load_address(profile)});
}

paging::ImagePlaces Inputs::image_places(PhysAddr brk_end) const {
  const auto at = [&](std::uint64_t offset) { return VirtAddr{raw(kernel_text()) + offset}; };
  return {.text = kernel_text(),
          .phys = kernel_base,
          .etext = at(profile.image.etext),
          .start_rodata = at(profile.image.start_rodata),
          .end_rodata = at(profile.image.end_rodata),
          .brk_end = at(raw(brk_end) - raw(kernel_base))};
}

PhysRange Inputs::kernel_image() const {
  // Cut at the end of all addresses, as memblock cuts it.
  const std::uint64_t room = ~std::uint64_t{0} - raw(kernel_base);
  return PhysRange::make(raw(kernel_base), raw(kernel_base) + std::min(profile.image.end, room));
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

bool Inputs::acpi_enabled() const { return boot::acpi_enabled(profile, parameters); }

Facts Inputs::facts() const { return {machine, profile, command_line, parameters, acpi_enabled()}; }

bool Inputs::has_word(std::string_view name, std::string_view word) const {
  return std::ranges::any_of(values_of(name), [&](std::optional<std::string_view> value) {
    return value && kernel::parse_option_str(*value, word);
  });
}

// kernel: cmdline_parse_kernelcore(), mm/mm_init.c
bool Inputs::mirrored_kernelcore() const { return has_word("kernelcore", "mirror"); }

// kernel: cpumask_size(), include/linux/cpumask.h, v6.1 and v6.12
std::uint64_t Inputs::cpumask_size() const {
  constexpr std::uint64_t kConstantUpTo = 256;
  const std::uint64_t most = nr_cpus(profile);
  const bool constant = behaviour.cpumask_constant_size && most <= kConstantUpTo;
  return align_up(constant ? most : nr_cpu_ids, 64) / 8;
}

}  // namespace memmap::boot
