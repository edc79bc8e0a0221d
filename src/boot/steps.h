// The boot, top to bottom: what the kernel does, in which order, since and until when.
#pragma once

#include <span>
#include <string_view>

#include "boot/boot.h"
#include "kernel/version.h"

namespace memmap::boot {

struct Step {
  std::string_view function{};             // of the kernel, that this stands for
  std::string_view file{};                 // where it is
  kernel::Version since{};                 // first version that does it, so far as we know
  kernel::Version until{};                 // first version that no longer does; 0.0: all do
  bool (*applies)(const Boot&) = nullptr;  // null: always
  void (*run)(Boot&) = nullptr;            // null: it takes nothing of memblock
};

std::span<const Step> steps();

}  // namespace memmap::boot
