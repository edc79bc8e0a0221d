// The result as the lines that a kernel booted with memblock=debug logs.
#pragma once

#include <string>

#include "boot/outcome.h"

namespace memmap::report {

// One line a call, in order, each with the function that called (without its offset), and the dumps
// of the lists. What was done before the command line was read is not logged, as in the kernel.
// kernel: memblock_dbg(), __memblock_dump_all(), mm/memblock.c, v6.12
std::string to_memblock_debug(const boot::Outcome& outcome);

}  // namespace memmap::report
