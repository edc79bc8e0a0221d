// Answers that are longer than a screen, shown by a pager as git does it.
#pragma once

#include <string>

#include "output.h"

namespace memmap::cli {

// Writes as write_output() does. Where standard output is a terminal and there is no --no-pager, a pager
// shows it: MEMMAP_PAGER, else PAGER, else less, run by the shell with LESS=FRX and LV=-c unless they
// are set. One that is empty or `cat` is none; what the pager cannot show, because it is not
// there, is written as it is. That its reader quits early is no error.
Status write_paged(const Destination& to, const std::string& bytes, const Arguments& arguments);

}  // namespace memmap::cli
