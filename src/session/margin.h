// How far two boots of one machine are apart, in a line.
#pragma once

#include <string>

#include "boot/outcome.h"

namespace memmap::session {

// Stage by stage, in the order of the boot: `e820 and memory the same, reserved 5.9M apart, ...`.
// Sizes are those of what one has more than the other, not of all that differs in place.
std::string differences_of(const boot::Outcome& a, const boot::Outcome& b);

}  // namespace memmap::session
