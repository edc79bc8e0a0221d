#include "boot/x86/x2apic.h"

#include "boot/rules.h"
#include "boot/x86/local_apic.h"

namespace memmap::boot {

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
