// What the program says on standard error, about itself and beside its results; those go through
// output.h. File names, arguments and what stands in files may hold anything: all of it is made
// safe for a terminal here.
#pragma once

#include <string_view>

#include "base/result.h"
#include "command.h"

namespace memmap::cli {

// `memmap: TEXT`, one line.
void say(std::string_view text);
// `memmap: note: TEXT`: what a result does not hold or does not tell.
void note(std::string_view text);
// Prints all that is wrong with the input; ExitCode::fault where a plugin is.
ExitCode bad_input(const Errors& errors);
// One mistake on the command line, with what is accepted.
ExitCode bad_usage(std::string_view message);

}  // namespace memmap::cli
