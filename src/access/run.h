// Runs a script of accesses on the memory that a boot came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "access/answer.h"
#include "access/observer.h"
#include "access/script.h"
#include "base/result.h"
#include "boot/inputs.h"
#include "boot/outcome.h"

namespace memmap::access {

// Answers every step, on copies: the outcome stays as it is. A refusal of the kernel's and a fault are
// answers, and the script goes on. Errors (all, before anything runs): names that no step gives and no
// place of the kernel has, that a step before has given already, or whose step gives no such thing.
// `outcome` is that of a boot with `inputs`; `observer` may be null. Pure.
Result<Answers> run(const Script& script, const boot::Outcome& outcome, const boot::Inputs& inputs,
                    Observer* observer = nullptr);

}  // namespace memmap::access
