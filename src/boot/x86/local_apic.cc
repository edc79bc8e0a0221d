#include "boot/x86/local_apic.h"

#include <algorithm>

#include "boot/rules.h"
#include "kernel/behaviour.h"

namespace memmap::boot {
namespace {

bool is_given(const std::vector<kernel::Parameter>& parameters, std::string_view name) {
  return std::ranges::any_of(parameters,
                             [&](const auto& p) { return kernel::parameq(p.name, name); });
}

// What check_x2apic() finds: nox2apic has turned it off, but where the hardware refuses.
bool finds_x2apic(const Machine& machine, const kernel::Profile& profile,
                  const std::vector<kernel::Parameter>& parameters) {
  if (machine.x2apic == X2apic::locked) return true;
  const bool turned_off = profile.has(config::X86_X2APIC) && is_given(parameters, "nox2apic");
  return machine.x2apic == X2apic::on && !turned_off;
}

}  // namespace

LocalApic local_apic(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters) {
  if (is_given(parameters, "nolapic") || is_given(parameters, "disableapic")) return LocalApic::off;
  if (!finds_x2apic(machine, profile, parameters)) return LocalApic::memory;
  if (profile.has(config::X86_X2APIC)) return LocalApic::x2apic;
  // The older kernels panic for it, but only among the first initcalls.
  return kernel::behaviour_of(profile).x2apic_unknown_turns_off ? LocalApic::off
                                                                : LocalApic::memory;
}

void setup_nox2apic(Boot& boot, const kernel::Parameter& parameter) {
  if (!kernel::parameq(parameter.name, "nox2apic") || !boot.in.profile.has(config::X86_X2APIC)) {
    return;
  }
  const auto tell = [&](Severity severity, const char* text) {
    boot.story.tell(severity, rule::kSetupNox2apic, text);
  };
  if (boot.in.machine.x2apic == X2apic::locked) {
    return tell(Severity::warning, "APIC locked in x2apic mode, can't disable");
  }
  if (boot.in.machine.x2apic != X2apic::on) return;
  tell(Severity::warning, "x2apic already enabled.");
  tell(Severity::info, "x2apic disabled");
}

void check_x2apic(Boot& boot) {
  const Inputs& in = boot.in;
  if (!finds_x2apic(in.machine, in.profile, in.parameters)) return;
  const auto tell = [&](Severity severity, const char* text) {
    boot.story.tell(severity, rule::kCheckX2apic, text);
  };
  if (in.profile.has(config::X86_X2APIC)) {
    return tell(Severity::info, "x2apic: enabled by BIOS, switching to x2apic ops");
  }
  if (!in.behaviour.x2apic_unknown_turns_off) return;
  tell(Severity::warning,
       "Kernel does not support x2APIC, please recompile with CONFIG_X86_X2APIC.");
  tell(Severity::warning, "Disabling APIC, expect reduced performance and functionality.");
}

}  // namespace memmap::boot
