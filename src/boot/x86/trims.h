// Where trims act: asks each of the boot's that acts at a hook and applies what it answers.
#pragma once

#include "boot/boot.h"
#include "boot/trim.h"

namespace memmap::boot {

// Trims the e820 table, which is sorted anew after each trim that changed a byte of it, but for
// e820_parameter, whose changes are sorted when all parameters are read. Whether it was.
bool trim_e820(Boot& boot, Hook hook, const kernel::Parameter* parameter = nullptr);

// Trims memblock's lists.
void trim_memblock(Boot& boot, Hook hook);

// As rows of the table of steps.
template <Hook hook>
void trim(Boot& boot) {
  if constexpr (sees_e820(hook)) {
    trim_e820(boot, hook);
  } else {
    trim_memblock(boot, hook);
  }
}

}  // namespace memmap::boot
