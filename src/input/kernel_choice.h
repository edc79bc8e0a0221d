// Which kernel to simulate when the user did not say, or said it by name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/profile.h"

namespace memmap::input {

struct KernelChoice {
  kernel::Profile profile{};
  std::string note{};  // why this one, when the user did not name it; for the report
};

// `wanted`: a file (its name ends in .yaml or holds a slash) or a name in `folder`, with a message
// that suggests the nearest when there is none. Without it: the profile of `release`, the kernel
// that the machine ran; else the one nearest in version, with the rules of `release`'s version and
// this profile's sizes; else, for a machine without release, the newest of Debian's general
// kernels.
Result<KernelChoice> choose_kernel(const std::optional<std::string>& wanted,
                                   const std::optional<std::string>& release,
                                   const std::string& folder);

// The names in `folder`, sorted.
std::vector<std::string> kernel_names(const std::string& folder);

}  // namespace memmap::input
