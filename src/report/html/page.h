// The result as one page for a browser, which needs nothing else: no network, no other file.
#pragma once

#include <string>
#include <vector>

#include "account/step_changes.h"
#include "boot/outcome.h"
#include "report/map/map.h"

namespace memmap::report {

// Without scripts a whole document to read and print, whose long tables say where they were cut; with
// them a map to search, the story of every address, the boot step by step. `steps` are those of the
// outcome; stories tell all that `memmap explain` does where the outcome has the log of memblock.
// `against`: another boot to stand beside it, nullptr: none. No text of either is taken for markup. The same
// outcomes give the same bytes.
std::string to_html(const boot::Outcome& outcome, const std::vector<account::StepChange>& steps,
                    const MapOptions& map, const boot::Outcome* against = nullptr);

}  // namespace memmap::report
