// The options by which a command is told how a map to scale looks.
#pragma once

#include "base/result.h"
#include "command.h"
#include "report/map/map.h"

namespace memmap::cli {

// --scale, --theme and --title, where the command has them. Errors: all that are none of the words.
Result<report::MapOptions> map_options(const Arguments& arguments);

}  // namespace memmap::cli
