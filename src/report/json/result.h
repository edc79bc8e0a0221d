// The result for programs: JSON, described by share/schema/result.json.
#pragma once

#include <string>

#include "boot/outcome.h"

namespace memmap::report {

// Changes when a key changes its meaning or goes away; new keys leave it as it is.
inline constexpr const char* kResultSchema = "memmap/result/1";

// The whole outcome. Addresses and byte ranges are strings in hex, ends exclusive; pages, page
// frame numbers and counts are numbers. Two-space indentation, a line for each row of a table. The
// same outcome gives the same bytes; any string in it gives valid JSON.
std::string to_json(const boot::Outcome& outcome);

}  // namespace memmap::report
