// Page-table isolation: the second set of page tables, which hold little of the kernel. Steps of a boot
// that goes on behind the hand-over (Options::until).
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// The user's tables as they are before any process: CPU entry areas, task states, entry code.
void clone_user_tables(Boot& boot);
// The same once the image's parts are read-only, and where it costs no secrecy, all of its code.
void pti_finalize(Boot& boot);

}  // namespace memmap::boot
