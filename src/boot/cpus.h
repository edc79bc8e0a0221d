// How many processors the kernel makes room for.
#pragma once

#include <optional>
#include <string>

#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

struct CpuCount {
  unsigned possible = 1;  // nr_cpu_ids: present and hot-pluggable
  unsigned present = 1;
  // Where the count is from: the MADT, what the machine tells of itself, or neither.
  enum class Origin { madt, told, assumed } origin = Origin::assumed;
  // Both the MADT and the machine tell, and differ: what the machine tells.
  std::optional<unsigned> other{};
};

// By the MADT, if ACPI is on and it is known which of its processors count; else as many as the
// machine tells were possible (cpu.possible); else one. The command line's limits hold in any case.
// kernel: topology_init_possible_cpus(), arch/x86/kernel/cpu/topology.c, v6.12;
// prefill_possible_map(), arch/x86/kernel/smpboot.c, v6.1
CpuCount count_cpus(const Machine& machine, const kernel::Profile& profile,
                    const std::vector<kernel::Parameter>& parameters);

}  // namespace memmap::boot
