// Which processors firmware lists.
#pragma once

#include <vector>

#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

struct CpuCount {
  unsigned possible = 1;  // present and hot-pluggable
  unsigned present = 1;
  // Where the count is from: the MADT, what the machine tells of itself, or neither.
  enum class Origin { madt, told, assumed } origin = Origin::assumed;

  // `cpu` with this count in place of its own.
  CpuFacts facts(CpuFacts cpu) const {
    cpu.possible = possible;
    cpu.present = present;
    return cpu;
  }
};

// By the MADT, if ACPI is on and it is known which of its processors count; else as many as the
// machine tells were possible (cpu.possible); else one. What the command line leaves of them:
// possible_cpus.h. kernel: acpi_parse_madt_lapic_entries(), arch/x86/kernel/acpi/boot.c, v6.1 and
// v6.12
CpuCount listed_cpus(const Machine& machine, const kernel::Profile& profile,
                     const std::vector<kernel::Parameter>& parameters);

}  // namespace memmap::boot
