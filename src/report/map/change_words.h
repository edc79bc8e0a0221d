// What a step of the boot changed, in words.
#pragma once

#include <string>
#include <vector>

#include "account/frames.h"

namespace memmap::report {

// A line for each thing that came, went or became another, column by column, the largest first:
// `memblock.reserved: + initrd, 8.7M at 0x77404000-0x77caefff, asked for by reserve_initrd()`.
std::vector<std::string> change_words(const account::Frame& frame);

// `setup_arch() calls e820__memblock_setup(), arch/x86/kernel/e820.c`
std::string step_words(const account::Frame& frame);

}  // namespace memmap::report
