// The local APICs: how firmware left them, and how the kernel runs them.
#pragma once

#include <vector>

#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

// By registers in memory, by model-specific registers alone, or not at all.
enum class LocalApic { memory, x2apic, off };

// Whether check_x2apic() finds them in x2APIC mode: nox2apic has turned it off, but where the hardware
// refuses.
bool finds_x2apic(const Machine& machine, const kernel::Profile& profile,
                  const std::vector<kernel::Parameter>& parameters);

// At the hand-over; where nothing tells how firmware left them, memory. x2apic_phys changes nothing
// here: it chooses how processors are addressed.
LocalApic local_apic(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters);

}  // namespace memmap::boot
