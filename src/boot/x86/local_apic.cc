#include "boot/x86/local_apic.h"

#include <algorithm>

#include "kernel/behaviour.h"

namespace memmap::boot {
namespace {

bool is_given(const std::vector<kernel::Parameter>& parameters, std::string_view name) {
  return std::ranges::any_of(parameters,
                             [&](const auto& p) { return kernel::parameq(p.name, name); });
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
  if (is_given(parameters, "nolapic") || is_given(parameters, "disableapic")) return LocalApic::off;
  if (!finds_x2apic(machine, profile, parameters)) return LocalApic::memory;
  if (profile.has(config::X86_X2APIC)) return LocalApic::x2apic;
  // The older kernels panic for it, but only among the first initcalls.
  return kernel::behaviour_of(profile).x2apic_unknown_turns_off ? LocalApic::off
                                                                : LocalApic::memory;
}

}  // namespace memmap::boot
