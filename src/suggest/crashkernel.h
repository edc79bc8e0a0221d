// crashkernel= that is had wherever KASLR puts the kernel's image.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "suggest/prove.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

// The line without parameters of this name.
std::string line_without(std::string_view line, std::string_view name);

// Tries SIZE, SIZE,high (alone, and with the least ,low) and, where the image leaves room for one,
// SIZE@ADDRESS. `subject.line` has no crashkernel=; `size` in bytes, not 0. A suggestion without a
// parameter where none is had in every boot that was made; `others` then begins with the largest that is.
// Errors: what is plugged in did wrong.
Result<Suggestion> suggest_crashkernel(const Subject& subject, std::uint64_t size);

// The piece of a crash kernel that holds the second kernel, and the one below 4 GiB beside it. nullopt:
// nothing was reserved.
struct CrashArea {
  PhysRange area{};
  std::optional<PhysRange> low{};
};
std::optional<CrashArea> crash_area_of(const boot::Outcome& outcome);

}  // namespace memmap::suggest
