// Why a statement may differ from what the boot says.
#pragma once

#include <string>

#include "machine/kernel_log.h"
#include "witness/kind.h"

namespace memmap::witness {

// The likeliest, from what the log tells of its kernel: a feature that memmap does not simulate, a
// distribution's own rule, a place that randomisation chose, another build. One sentence without
// full stop.
std::string likely_reason(const Kind& kind, const Simulated& boot, const KernelLog& log);

}  // namespace memmap::witness
