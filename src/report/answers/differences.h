// What two kernels do differently, as text and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "boot/changes.h"
#include "kernel/version.h"

namespace memmap::report {

struct ComparedKernel {
  std::string name{};  // as the user named it: a profile, a version
  kernel::Version version{};
  std::string_view distribution{};  // whose kernel it is, as an id; empty: not known
};

// `+` what the second does and the first does not, `-` what only the first does.
std::string differences_to_text(const ComparedKernel& first, const ComparedKernel& second,
                                const std::vector<boot::Change>& changes);
// share/schema/differences.json
std::string differences_to_json(const ComparedKernel& first, const ComparedKernel& second,
                                const std::vector<boot::Change>& changes);

}  // namespace memmap::report
