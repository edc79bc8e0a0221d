// Registers for memory, under a setting of the clean-up.
#pragma once

#include <cstddef>
#include <vector>

#include "boot/x86/mtrr_cleanup.h"

namespace memmap::boot::mtrr {

struct LaidOut {
  Registers registers{};
  std::size_t used = 0;
};

// `memory` as united() returns it; `count` registers. Memory for which none is left stays without.
LaidOut lay_out(const std::vector<PhysRange>& memory, std::size_t count, Setting setting);

}  // namespace memmap::boot::mtrr
