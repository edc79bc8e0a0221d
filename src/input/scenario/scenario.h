// A machine written by hand, in YAML: format `scenario`. Its keys: share/doc/scenario.md and
// share/schema/scenario.json.
#pragma once

#include "input/document/document.h"
#include "input/format.h"

namespace memmap::input {

Recognition recognise_scenario(const Source& source);
Result<Machine> read_scenario(const Source& source, const ReadOptions& options);

// What the two formats that have these keys share: `json` is the other. Tells all that is wrong.
Result<Machine> machine_of(const Document& document);

}  // namespace memmap::input
