// A memory dump as an ELF core: QEMU's dump-guest-memory, /proc/vmcore, /proc/kcore.
#pragma once

#include "input/format.h"

namespace memmap::input {

// Only the headers are read: the memory itself may be missing (Source::prefix_only). Every loadable
// segment with a physical address is RAM.
Recognition recognise_elf_core(const Source& source);
Result<Machine> read_elf_core(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
