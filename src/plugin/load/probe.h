// A first trial of foreign code, in a process that may die of it.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace memmap::plugin {

// Runs `trial` in a forked child whose output goes nowhere. Fails with what the trial returned, a
// message a line (4095 bytes of it; empty: all is well), or if the child does not come back from it
// within `seconds`: crashed, ended itself (whatever the exit code) or hung. The message says which.
Status survives(const std::function<std::string()>& trial, unsigned seconds = 5);

}  // namespace memmap::plugin
