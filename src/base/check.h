// Checks for our own bugs: conditions that must hold whatever the input was.
#pragma once

#include <string_view>

namespace memmap {

// Prints the condition, its place and `detail` to standard error, and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               std::string_view detail);

}  // namespace memmap

// Checked in every build. Bad input is a Result, what the simulated kernel fails at is an Event.
#define MEMMAP_CHECK(condition, detail) \
  ((condition) ? (void)0 : ::memmap::check_failed(#condition, __FILE__, __LINE__, (detail)))

// Checked in debug builds only: for hot paths, and for mistakes of our own callers.
#ifdef NDEBUG
#define MEMMAP_DCHECK(condition, detail) ((void)0)
#else
#define MEMMAP_DCHECK(condition, detail) MEMMAP_CHECK(condition, detail)
#endif
