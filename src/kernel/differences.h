// What kernels do differently from version to version: a row a difference.
#pragma once

#include <span>
#include <string_view>

#include "kernel/behaviour.h"
#include "kernel/threshold.h"

namespace memmap::kernel {

// Whoever adds a difference: a member of Behaviour, a row here, a question to the member where the
// kernel does it (in a plugin by name, host->kernel_does()), and a boot or a profile that shows it.
struct Difference {
  std::string_view name{};            // of the member
  bool Behaviour::*member = nullptr;  // set in those kernels
  Threshold since{};                  // the first of them; empty: as far back as is known
  Threshold until{};                  // the first that no longer is; empty: none known
  // The versions nearest to the thresholds whose source, log or list of patches was read, ascending,
  // each unlike the one before it. Where they lie apart, the threshold between them is from the
  // kernel's history by memory. Empty: all of the row is.
  std::string_view read{};
  std::string_view function{};  // of the kernel, where it is to be seen; empty: no one function
  std::string_view file{};
  std::string_view what{};    // a sentence of the kernels that do it
  std::string_view unseen{};  // why neither a profile nor a boot here stands for one side; or empty

  constexpr bool holds(Version v) const {
    return (since.empty() || since.reached(v)) && !until.reached(v);
  }
};

std::span<const Difference> differences();
// nullptr: none has that name.
const Difference* find_difference(std::string_view name);

}  // namespace memmap::kernel
