// The addresses that a command is asked about.
#pragma once

#include <vector>

#include "base/result.h"
#include "report/answers/address_question.h"
#include "session/arguments.h"

namespace memmap::answer {

using session::Arguments;

// Those of ADDRESS, which stand with commas between them: below 2^52 physical, else virtual, but
// `phys:` and `virt:` say which. Errors: what is no address (all).
Result<std::vector<report::AddressQuestion>> addresses_of(const Arguments& arguments);

}  // namespace memmap::answer
