// Parameters whose functions take memory.
#pragma once

#include <cstddef>
#include <set>

#include "boot/boot.h"

namespace memmap::boot {

void parse_args(Boot& boot);

// The parameters, by index, that their functions did not take; known after parse_args().
const std::set<std::size_t>& refused_parameters(Boot& boot);

}  // namespace memmap::boot
