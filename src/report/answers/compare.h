// The comparison of policies, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "compare/compare.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kCompareSchema = "memmap/compare/1";

// The subject is that of any of the boots.
std::string compare_to_text(const boot::Subject& subject, const std::vector<compare::Left>& ranked,
                            const TextStyle& style);
std::string compare_to_json(const boot::Subject& subject, const std::vector<compare::Left>& ranked);

}  // namespace memmap::report
