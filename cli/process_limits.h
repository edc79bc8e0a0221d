// --limit: what is set of base/limits.h before a command reads anything, and those two limits that the
// system watches for the program, memory and time.
#pragma once

#include <optional>

#include "command.h"

namespace memmap::cli {

// Does as --limit asks, or as the table says without it. An exit status: there is nothing else to do (the
// table was asked for, or what is asked for is no limit).
std::optional<ExitCode> apply_limits(const Command& command, const Arguments& arguments);

// From here on, an allocation that fails ends the program with a message, wherever it is: the standard
// library has places in which a std::bad_alloc cannot be thrown on.
void end_well_without_memory();

// From here on, some MiB of what is freed stay with the program: a boot would give them back to the system at its end, for
// the next of thousands to ask for them again.
void keep_freed_memory();

// An allocation failed: what came of it, a library's text that ends too early for example, is not to be
// trusted.
bool allocation_failed() noexcept;

// There is no memory: says so, and that it was Limit::memory where it was. Allocates nothing.
ExitCode without_memory() noexcept;

}  // namespace memmap::cli
