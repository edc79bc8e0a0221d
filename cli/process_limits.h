// --limit: what is set of base/limits.h before a command reads anything, and those two limits that the
// system watches for the program, memory and time.
#pragma once

#include <optional>

#include "command.h"

namespace memmap::cli {

// Does as --limit asks, or as the table says without it. An exit status: there is nothing else to do (the
// table was asked for, or what is asked for is no limit).
std::optional<ExitCode> apply_limits(const Command& command, const Arguments& arguments);

// An allocation failed, and the program had taken most of what Limit::memory leaves it.
bool memory_limit_reached() noexcept;

}  // namespace memmap::cli
