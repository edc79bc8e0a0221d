// Whose the kernel is that boots, and what is to be told of that.
#pragma once

#include <string>
#include <vector>

#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::session {

// A profile that stands for the machine's kernel becomes one of that kernel's distribution, so that its
// rules are those of its builds. What it returns are notes: that it has rules of builds; that what its
// distribution changes is not known, or whose kernel it is; that the machine ran another's, where
// their rules differ by more than the versions. Nothing of kernel.org's, or of a distribution that
// follows it. `machine` is nullptr where none is known.
std::vector<std::string> take_distribution(const Machine* machine, kernel::Profile& profile);

}  // namespace memmap::session
