// Whether a kernel knows a parameter, by the lists of its profile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/command_line.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// As it stood on the line, but for quotes: `name` or `name=value`.
std::string text_of(const Parameter& p);

// Any early_param(), or any parameter of a built-in module, of this name.
bool is_named(const std::vector<std::string>& names, std::string_view name);

// A __setup() matches what begins with its text, be that a whole name or not, if its function takes
// the rest. kernel: obsolete_checksetup(), init/main.c, v6.1 and v6.12
bool is_setup(const std::vector<std::string>& setups, const Parameter& p);

// A sysctl, by `sysctl.` or by one of five old names.
// kernel: sysctl_is_alias(), fs/proc/proc_sysctl.c, v6.1 and v6.12
bool is_sysctl(std::string_view name);

// What boot loaders leave for themselves: nobody is told of it.
// kernel: unknown_bootoption(), print_unknown_bootoptions(), init/main.c, v6.1 and v6.12
bool is_boot_loaders(const Parameter& p);

}  // namespace memmap::kernel
