// A kernel profile as YAML, as share/kernels holds it.
#pragma once

#include <string>

#include "profile/make_profile.h"

namespace memmap::kernel {

// Each value with a comment that tells the file it was read from; one for a group that comes from
// one file. profile/kernel_profile reads it back to the same profile.
std::string to_profile_yaml(const MadeProfile& made);

// A table of the same values: what each is, where it was read, what it is used for.
std::string explain_profile(const MadeProfile& made);

}  // namespace memmap::kernel
