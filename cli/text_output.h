// How text may look where it goes.
#pragma once

#include "output.h"
#include "report/form/style.h"

namespace memmap::cli {

// By the terminal and the environment, where the destination is a terminal; else the same for all.
report::TextStyle text_style(const Destination& destination);

}  // namespace memmap::cli
