// The result as lines of JSON, for programs that read one object at a time.
#pragma once

#include <string>
#include <string_view>

#include "boot/outcome.h"

namespace memmap::report {

inline constexpr std::string_view kLinesSchema = "memmap/lines/1";

// An object a line, each with its `type`. The first is the head: schema, subject, notes, totals. Then
// each table of `memmap show` that a boot alone is enough for, one after the other, an object a row with
// the members that `show --json` has. Described in share/schema/lines.json. The same outcome gives the
// same bytes.
std::string to_json_lines(const boot::Outcome& outcome);

}  // namespace memmap::report
