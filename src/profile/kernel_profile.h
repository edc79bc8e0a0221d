// What is known of a kernel, from a file: share/kernels/NAME.yaml. Its keys:
// share/doc/kernel-profile.md and share/schema/kernel.json; profile/kernel_profile_yaml writes one.
#pragma once

#include "base/result.h"
#include "input/open/source.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// Tells all that is wrong with it.
Result<Profile> read_kernel_profile(const input::Source& source);

}  // namespace memmap::kernel
