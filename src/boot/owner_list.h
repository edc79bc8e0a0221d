// Every owner that has words, for whoever looks for one by its words.
#pragma once

#include "boot/owner.h"

namespace memmap::boot::owner {

// In the order of owners.def.
inline constexpr const Owner* kAll[] = {
#define OWNER(name, id, words) &(name),
#include "boot/owners.def"
#undef OWNER
};

}  // namespace memmap::boot::owner
