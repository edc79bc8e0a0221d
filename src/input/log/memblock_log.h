// The lines that a kernel booted with memblock=debug logs.
#pragma once

#include "base/result.h"
#include "input/format.h"
#include "replay/log.h"

namespace memmap::input {

// One boot's calls and dumps: bare lines, or within a log that dmesg, journalctl or a serial
// console gave, which also tells the kernel's release and command line. Of several boots the one
// that `options.boot` names, else the last with such lines (a note says which). Lines of other
// subsystems are passed over; memblock's functions that are not known are, too, with a note.
//
// Errors: each of memblock's lines that cannot be read, and each dump with other regions than it
// announces (a log cut within); a log without such lines, or without a dump; no such boot.
// kernel: memblock_dbg(), __memblock_dump_all(), mm/memblock.c, v5.0 to v6.12
Result<replay::Log> read_memblock_log(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
