#include "boot/x86/cpus.h"

#include <algorithm>

#include "boot/plugged.h"
#include "boot/x86/local_apic.h"
#include "kernel/behaviour.h"

namespace memmap::boot {
namespace {

// Processors that are not enabled and may be plugged in later. Newer kernels on the bare processor
// have none but those that say so.
// kernel: acpi_is_processor_usable(), arch/x86/kernel/acpi/boot.c, v6.1 and v6.12
unsigned pluggable(const Machine& machine, const kernel::Profile& profile) {
  const ListedCpus& cpus = *machine.listed_cpus;
  if (cpus.has_online_capable.value_or(false)) return cpus.online_capable;
  const bool counts =
      kernel::behaviour_of(profile).disabled_cpus_are_possible || !machine.cpu.hypervisor.empty();
  return counts ? cpus.online_capable + cpus.disabled : 0;
}

CpuCount as_told(const CpuFacts& cpu) {
  if (!cpu.possible) return {};
  const unsigned possible = std::max(1u, *cpu.possible);
  return {.possible = possible,
          .present = std::min(cpu.present.value_or(possible), possible),
          .origin = CpuCount::Origin::told};
}

}  // namespace

CpuCount listed_cpus(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters) {
  const auto& listed = machine.listed_cpus;
  // Without the FADT nobody knows which of those that are not enabled count.
  const bool certain =
      listed && (listed->has_online_capable || listed->online_capable + listed->disabled == 0 ||
                 !machine.cpu.possible);
  if (!acpi_enabled(profile, parameters) || !certain) return as_told(machine.cpu);
  CpuCount count{.origin = CpuCount::Origin::madt};
  if (local_apic(machine, profile, parameters) == LocalApic::off) return count;
  count.present = std::max(1u, listed->enabled);
  count.possible = count.present + pluggable(machine, profile);
  return count;
}

}  // namespace memmap::boot
