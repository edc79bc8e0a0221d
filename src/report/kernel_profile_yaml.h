// A kernel profile as YAML, as share/kernels holds it.
#pragma once

#include <string>

#include "kernel/make_profile.h"

namespace memmap::report {

// Each value with a comment that tells the file it was read from; one for a group that comes from
// one file. input/kernel_profile reads it back to the same profile.
std::string to_profile_yaml(const kernel::MadeProfile& made);

// A table of the same values: what each is, where it was read, what it is used for.
std::string explain_profile(const kernel::MadeProfile& made);

}  // namespace memmap::report
