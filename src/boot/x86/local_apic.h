// The local APICs: how firmware left them, and how the kernel runs them.
#pragma once

#include <vector>

#include "boot/boot.h"
#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

// By registers in memory, by model-specific registers alone, or not at all.
enum class LocalApic { memory, x2apic, off };

// At the hand-over; where nothing tells how firmware left them, memory. x2apic_phys changes nothing
// here: it chooses how processors are addressed.
LocalApic local_apic(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters);

// Acts on nox2apic. kernel: setup_nox2apic(), arch/x86/kernel/apic/apic.c, v6.1, v6.12 and v7.2
void setup_nox2apic(Boot& boot, const kernel::Parameter& parameter);

// A step. kernel: check_x2apic(), arch/x86/kernel/apic/apic.c, v6.1, v6.12 and v7.2
void check_x2apic(Boot& boot);

}  // namespace memmap::boot
