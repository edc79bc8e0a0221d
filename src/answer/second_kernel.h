// How a second kernel is started, of the commands that start one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"
#include "session/arguments.h"
#include "suggest/kdump.h"

namespace memmap::answer {

using session::Arguments;

// --initrd (a file, which is measured, or a size), --need and --second-append. Without --initrd the
// machine's own initrd is taken, of which only the size is known; where that is not, 32 MiB. Errors: no
// such file, and no size; no initrd; no number.
Result<suggest::KdumpWish> kdump_wish_of(const Arguments& arguments, const Machine& machine);

// A size of memory that an option or argument, `name`, gives. Errors: no size, 0, or beyond 2^52.
Result<std::uint64_t> memory_size_of(const std::string& text, std::string_view name);

}  // namespace memmap::answer
