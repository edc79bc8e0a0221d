// How text may look where it goes.
#pragma once

#include "command.h"
#include "output.h"
#include "report/form/style.h"

namespace memmap::cli {

// Standard output is a terminal, and the destination.
bool is_terminal(const Destination& destination);

// By the terminal and the environment, where the destination is a terminal; else the same for all.
report::TextStyle text_style(const Destination& destination);
// The same, with --width and --color in place of what is found. Errors: no number within the limits,
// none of auto, always and never.
Result<report::TextStyle> text_style(const Destination& destination, const Arguments& arguments);

}  // namespace memmap::cli
