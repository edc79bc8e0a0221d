// What distributions' kernels do otherwise than the version that they are named by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/profile.h"

namespace memmap::kernel {

// What `crashkernel=auto` stands for in this kernel with `memory` bytes of RAM: `161M`, or a list of
// ranges; `0M` where that kernel reserves nothing of so little. nullopt: it does not have the word.
std::optional<std::string> crashkernel_auto(const Profile& profile, std::uint64_t memory);

}  // namespace memmap::kernel
