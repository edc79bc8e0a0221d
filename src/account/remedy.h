// What a user can change so that memory comes back.
#pragma once

#include <string>

namespace memmap::account {

struct LedgerRow;

// `without crashkernel=`, `disable_mtrr_trim`; empty: nothing that a parameter changes, or the row
// keeps nothing.
std::string remedy_of(const LedgerRow& row);

}  // namespace memmap::account
