// What `memmap check` tells: every rule of every boot, and of those that do not hold what is the case, what
// it came of and what would do; for people and for programs.
#pragma once

#include <span>
#include <string>

#include "report/form/style.h"
#include "report/verdicts/verdicts.h"

namespace memmap::report {

inline constexpr const char* kCheckSchema = "memmap/check/1";

std::string check_to_text(std::span<const CheckedCase> cases, const TextStyle& style);
// share/schema/check.json
std::string check_to_json(std::span<const CheckedCase> cases);

}  // namespace memmap::report
