// What one kernel does and another does not.
#pragma once

#include <string_view>
#include <vector>

#include "kernel/profile.h"
#include "kernel/threshold.h"

namespace memmap::boot {

// All views are into the tables they come from.
struct Change {
  bool begins = false;  // the second kernel does it and the first does not; else reverse
  // Which one of the two has reached and the other has not; never empty.
  kernel::Threshold at{};
  // It is the older that has: a stable release that took the change over, while the newer, of
  // mainline or of another series, is before it (5.10.262 and 5.11.0, of a change of 5.12).
  bool not_yet_in_newer = false;
  // Id of the distribution whose builds have it otherwise than their version; empty: of neither.
  // `at` is where mainline changed.
  std::string_view distribution{};
  // Name of a row of kernel/differences.h; empty: a step of the boot.
  std::string_view difference{};
  std::string_view phase{};     // of a step: the function that calls it; else empty
  std::string_view function{};  // of the kernel; may be empty
  std::string_view file{};
  std::string_view what{};  // of a difference: a sentence of the kernels that do it
  // Of a step: the functions that it calls and that are steps of their own in the other kernel.
  std::vector<std::string_view> takes_in{};
};

// The differences in the order of their table, then the steps in the order of the boot; what one
// of the two has as a step and the other within another step stands with that. Of the profiles the
// version counts, and whose kernels they are.
std::vector<Change> changes(const kernel::Profile& first, const kernel::Profile& second);

}  // namespace memmap::boot
