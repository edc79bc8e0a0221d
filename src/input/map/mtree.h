// QEMU's monitor: the text of `info mtree` and of `info mtree -f`.
#pragma once

#include "input/format.h"

namespace memmap::input {

// The system's address space: RAM as type 1, ROM and flash as reserved. RAM on devices (video
// memory) is left out, and so is the RAM behind kLegacyHole.
Recognition recognise_mtree(const Source& source);
Result<Machine> read_mtree(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
