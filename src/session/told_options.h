// What the machine's log tells of its kernel's configuration, laid over a profile that stands for it.
#pragma once

#include <string>
#include <vector>

#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::session {

// Only a profile that stands for the machine's kernel is changed: one of that very kernel knows better.
// What it returns are notes, one of each option that the log tells otherwise.
std::vector<std::string> take_told_options(const Machine& machine, kernel::Profile& profile);

}  // namespace memmap::session
