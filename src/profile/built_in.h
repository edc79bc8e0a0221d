// The profiles of share/kernels as they were when the program was built, linked in: the program
// alone, without its files, boots the same kernels.
#pragma once

#include <span>
#include <string_view>

#include "input/document/document.h"

namespace memmap::kernel {

struct BuiltInProfile {
  std::string_view name{};         // `6.1.0-55-amd64`
  std::string_view text{};         // the YAML
  input::DocumentTables tables{};  // what it says
};

// By name, ascending.
std::span<const BuiltInProfile> built_in_profiles();

}  // namespace memmap::kernel
