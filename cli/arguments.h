// Reading the command line of the program.
#pragma once

#include <optional>
#include <variant>

#include "command.h"

namespace memmap::cli {

struct Invocation {
  const Command* command = nullptr;
  Arguments arguments{};
};

// What to run, or the code to exit with: help and version were printed, or what was wrong.
std::variant<Invocation, ExitCode> parse_arguments(int argc, char** argv);

}  // namespace memmap::cli
