// Our own bugs: a condition that must hold whatever the input was. Prints and aborts.
#pragma once

#include <string_view>

namespace memmap {

[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               std::string_view detail);

}  // namespace memmap

// Always on. Bad input is a Result, what a kernel would fail at is an Event; this is neither.
#define MEMMAP_CHECK(condition, detail) \
  ((condition) ? (void)0 : ::memmap::check_failed(#condition, __FILE__, __LINE__, (detail)))

// The same for hot paths and for callers' mistakes in our own API: debug builds only.
#ifdef NDEBUG
#define MEMMAP_DCHECK(condition, detail) ((void)0)
#else
#define MEMMAP_DCHECK(condition, detail) MEMMAP_CHECK(condition, detail)
#endif
