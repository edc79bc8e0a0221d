// Whether a kernel knows a parameter of its command line. Lists of names are a profile's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "kernel/command_line.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// `name` or `name=value`: the parameter as it stood on the line, without quotes.
std::string text_of(const Parameter& p);

// Whether `names` has this one: for early_param() and the parameters of built-in modules.
bool is_named(const std::vector<std::string>& names, std::string_view name);

// Whether a __setup() takes the parameter: one whose text the parameter begins with, be that a
// whole name or not, and whose function takes the rest.
// kernel: obsolete_checksetup(), init/main.c, v6.1 and v6.12
bool is_setup(const std::vector<std::string>& setups, const Parameter& p);

// Whether it sets a sysctl, by a name with `sysctl.` in front or one of five old names.
// kernel: sysctl_is_alias(), fs/proc/proc_sysctl.c, v6.1 and v6.12
bool is_sysctl(std::string_view name);

// Whether a boot loader put it there for itself, so that the kernel does not report it as unknown.
// kernel: unknown_bootoption(), print_unknown_bootoptions(), init/main.c, v6.1 and v6.12
bool is_boot_loaders(const Parameter& p);

// The kernel's function that reads the value of `p`, an early parameter, though it has none: the kernel stops there.
// nullopt: it goes on, or this kernel's parameters are not known.
// kernel: do_early_param(), init/main.c; early_fixup_exception(), arch/x86/mm/extable.c, v6.1 to v7.2
std::optional<Rule> reads_no_value(const Profile& profile, const Parameter& p);

}  // namespace memmap::kernel
