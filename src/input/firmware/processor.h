// /proc/cpuinfo and /proc/mtrr.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

// The first processor of /proc/cpuinfo. A feature that the flags do not name is absent: false.
// Lines that are not known are skipped; errors: numbers that are none.
Status add_cpuinfo(const std::string& name, std::string_view text, Machine& machine);

// The variable ranges of /proc/mtrr, one a line. Errors: lines of another form.
// kernel: mtrr_seq_show(), arch/x86/kernel/cpu/mtrr/if.c, v6.12
Status add_mtrr(const std::string& name, std::string_view text, Machine& machine);

// How many processors a list of /sys/devices/system/cpu names: `0-3,8` is 5. nullopt: no such list.
std::optional<unsigned> count_cpus(std::string_view list);

}  // namespace memmap::input
