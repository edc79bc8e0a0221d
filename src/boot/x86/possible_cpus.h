// How many processors the kernel makes room for: per-CPU areas, masks, the log buffer follow it.
#pragma once

#include <optional>
#include <vector>

#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

// CONFIG_NR_CPUS: from 1 to 8192, the most that x86-64 may be built for.
// kernel: NR_CPUS, NR_CPUS_RANGE_END, arch/x86/Kconfig, v6.12
unsigned nr_cpus(const kernel::Profile& profile);

// What nosmp or maxcpus= sets setup_max_cpus to; a word that is no number is 0. nullopt: the parameter
// does not set it. kernel: nosmp(), maxcpus(), kernel/smp.c; get_option(), lib/cmdline.c, v6.1 to v7.2
std::optional<unsigned> max_cpus_by(const kernel::Parameter& parameter);
// How many processors may be brought up: by the last that sets it, else any number.
unsigned setup_max_cpus(const std::vector<kernel::Parameter>& parameters);

// nr_cpu_ids, at least 1: what firmware lists (machine.cpu; 1 where it is not known), by what
// nr_cpus=, possible_cpus=, maxcpus=0 and nosmp leave of it.
//
// possible_cpus= is one more limit, or, to older kernels, taken as it is, up to nr_cpus= and
// CONFIG_NR_CPUS. kernel: prefill_possible_map(), arch/x86/kernel/smpboot.c, v6.1;
// topology_init_possible_cpus(), arch/x86/kernel/cpu/topology.c, v6.12
unsigned possible_cpus(const CpuFacts& cpu, const kernel::Profile& profile,
                       const std::vector<kernel::Parameter>& parameters);

}  // namespace memmap::boot
