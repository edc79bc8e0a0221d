// The result for people: a report to read in a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"
#include "report/form/style.h"

namespace memmap::report {

// Described in share/doc/report.md. Ends with a newline. Long tables are folded and say by how
// much; to_json() has every row. Nothing in the outcome's strings reaches a terminal as a control
// character. The same outcome and style give the same bytes.
std::string to_text(const boot::Outcome& outcome, const TextStyle& style);

// A part of the report, under a heading of its own.
struct TextSection {
  std::string_view name{};
  std::string_view summary{};  // one line
};
// All that there are, in the report's order; the last ones it has only where they are asked for.
std::vector<TextSection> text_sections();

// These sections alone, in this order; the names are those of text_sections().
std::string to_text(const boot::Outcome& outcome, const TextStyle& style,
                    const std::vector<std::string>& sections);

}  // namespace memmap::report
