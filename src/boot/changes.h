// What one kernel does and another does not.
#pragma once

#include <string_view>
#include <vector>

#include "kernel/threshold.h"
#include "kernel/version.h"

namespace memmap::boot {

// All views are into the tables they come from.
struct Change {
  bool begins = false;     // the second kernel does it and the first does not; else reverse
  kernel::Threshold at{};  // which lies between the two
  // Name of a row of kernel/differences.h; empty: a step of the boot.
  std::string_view difference{};
  std::string_view phase{};     // of a step: the function that calls it; else empty
  std::string_view function{};  // of the kernel; may be empty
  std::string_view file{};
  std::string_view what{};  // of a difference: a sentence of the kernels that do it
};

// The differences in the order of their table, then the steps in the order of the boot. What the
// kernel's own plugins (plugins/) do by version is not here. Equal versions: nothing.
std::vector<Change> changes(kernel::Version first, kernel::Version second);

}  // namespace memmap::boot
