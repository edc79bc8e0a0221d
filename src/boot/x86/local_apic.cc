#include "boot/x86/local_apic.h"

#include <algorithm>
#include <string_view>

#include "kernel/behaviour.h"
#include "kernel/known_parameters.h"

namespace memmap::boot {
namespace {

bool is_given(const std::vector<kernel::Parameter>& parameters, std::string_view name) {
  return std::ranges::any_of(parameters,
                             [&](const auto& p) { return kernel::parameq(p.name, name); });
}

// kernel: cpu_parse_early_param(), arch/x86/kernel/cpu/common.c, v6.12
bool is_cleared(const std::vector<kernel::Parameter>& parameters, std::string_view feature) {
  return std::ranges::any_of(parameters, [&](const kernel::Parameter& p) {
    return p.value && kernel::parameq(p.name, "clearcpuid") &&
           kernel::parse_option_str(*p.value, feature);
  });
}

}  // namespace

bool finds_x2apic(const Machine& machine, const kernel::Profile& profile,
                  const std::vector<kernel::Parameter>& parameters) {
  if (machine.x2apic == X2apic::locked) return true;
  const bool turned_off = profile.has(config::X86_X2APIC) && is_given(parameters, "nox2apic");
  return machine.x2apic == X2apic::on && !turned_off;
}

LocalApic local_apic(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters) {
  // disableapic is one of its names no more; 6.12 has it, 6.18 not.
  const std::vector<std::string>& known = profile.parameters.early;
  const bool is_old_name = known.empty() || kernel::is_named(known, "disableapic");
  if (is_given(parameters, "nolapic") || (is_old_name && is_given(parameters, "disableapic")))
    return LocalApic::off;
  if (is_cleared(parameters, "9")) return LocalApic::off;
  if (is_cleared(parameters, "apic") && kernel::behaviour_of(profile).clearcpuid_takes_names)
    return LocalApic::off;
  if (!finds_x2apic(machine, profile, parameters)) return LocalApic::memory;
  if (profile.has(config::X86_X2APIC)) return LocalApic::x2apic;
  // The older kernels panic for it, but only among the first initcalls.
  return kernel::behaviour_of(profile).x2apic_unknown_turns_off ? LocalApic::off
                                                                : LocalApic::memory;
}

}  // namespace memmap::boot
