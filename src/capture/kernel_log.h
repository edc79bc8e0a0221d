// The running kernel's log.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::capture {

// The log of this boot from its first line on: the kernel's buffer; where that has forgotten the
// beginning, ROOT/var/log/dmesg, or else the journal. With another root than `/` only that file is
// looked at. Error: why there is none.
Result<std::string> read_kernel_log(const std::string& root);

// The lines before those of user space's start (`Run ... as init process`), without the levels that
// the buffer has in front of them.
std::string boot_lines(std::string_view log);

}  // namespace memmap::capture
