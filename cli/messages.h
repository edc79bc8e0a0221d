// What the program says about itself failing; results go through output.h.
#pragma once

#include <string_view>

#include "base/result.h"
#include "command.h"

namespace memmap::cli {

// Prints all that is wrong with the input on standard error; ExitCode::fault where a plugin is.
ExitCode bad_input(const Errors& errors);
// One mistake on the command line, with what is accepted.
ExitCode bad_usage(std::string_view message);

}  // namespace memmap::cli
