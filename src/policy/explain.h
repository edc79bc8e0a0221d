// Why a rule does not hold, in words.
#pragma once

#include "policy/evaluate.h"

namespace memmap::policy {

// Fills in what is the case, and what that came of, of a rule that fails.
void explain(const Expression& e, const Scope& scope, Verdict& verdict);

}  // namespace memmap::policy
