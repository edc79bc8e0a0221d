// What is known of a kernel, from a file: share/kernels/NAME.yaml. Its keys:
// share/doc/kernel-profile.md and share/schema/kernel.json; report/kernel_profile_yaml writes one.
#pragma once

#include "base/result.h"
#include "input/source.h"
#include "kernel/profile.h"

namespace memmap::input {

// Tells all that is wrong with it.
Result<kernel::Profile> read_kernel_profile(const Source& source);

}  // namespace memmap::input
