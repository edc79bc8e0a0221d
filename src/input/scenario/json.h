// A machine in JSON: format `json`. The keys are those of a scenario; or a result of `memmap
// simulate --format json`, of which the firmware's map is read.
#pragma once

#include "input/format.h"

namespace memmap::input {

Recognition recognise_json(const Source& source);
Result<Machine> read_json(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
