// A first trial of foreign code, in a process that may die of it.
#pragma once

#include <functional>

#include "base/result.h"

namespace memmap::plugin {

// Runs `trial` in a forked child whose output goes nowhere. Fails if the child does not come back
// from it within `seconds`: crashed, ended itself (whatever the exit code) or hung. The message
// says which.
Status survives(const std::function<void()>& trial, unsigned seconds = 5);

}  // namespace memmap::plugin
