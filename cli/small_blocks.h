// How the program has its memory of the C library; operator new and delete are in small_blocks.cc.
#pragma once

namespace memmap::cli {

// Up to some MiB of what is freed stays with the program: a boot would give them back to the system at
// its end, for the next one to ask for them again.
void keep_freed_memory();

}  // namespace memmap::cli
