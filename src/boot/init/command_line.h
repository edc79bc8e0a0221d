// Copies of the command line, and what of it nobody takes.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

void setup_command_line(Boot& boot);
void print_unknown_bootoptions(Boot& boot);

}  // namespace memmap::boot
