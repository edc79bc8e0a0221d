// The result for people: a report to read in a terminal.
#pragma once

#include <string>

#include "boot/outcome.h"
#include "report/form/style.h"

namespace memmap::report {

// Described in share/doc/report.md. Ends with a newline. Long tables are folded and say by how
// much; to_json() has every row. Nothing in the outcome's strings reaches a terminal as a control
// character. The same outcome and style give the same bytes.
std::string to_text(const boot::Outcome& outcome, const TextStyle& style);

}  // namespace memmap::report
