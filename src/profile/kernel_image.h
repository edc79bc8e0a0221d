// Kernel images of every kind, down to the vmlinux in them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "profile/make_profile.h"

namespace memmap::kernel {

// Adds what a vmlinuz, a vmlinux or a unified kernel image tells, where `facts` does not have it
// yet. `bytes` may be compressed as a whole. Errors: none of these; damaged, with the offset.
Status read_kernel_image(const std::string& source, std::string bytes, Facts& facts);

}  // namespace memmap::kernel
