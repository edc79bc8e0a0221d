// What a byte is and as what it counts, in the words of `memmap explain`.
#pragma once

#include <string>
#include <string_view>

#include "account/fate.h"
#include "account/ledger.h"
#include "boot/outcome.h"

namespace memmap::report {

// `crash kernel (crashkernel=256M)`, `free memory`
std::string what_of(const boot::Outcome& outcome, const account::Fate& fate);
// `never part of MemTotal`
std::string counts_of(const account::Ledger& ledger, const account::Fate& fate);
// What would bring the byte back; empty: it is counted, or nothing that a user can set would.
std::string_view remedy_of(const account::Fate& fate);
// The row's words are a parameter, which is all that would have to go.
bool is_of_parameter(const account::LedgerRow& row);
// All of these in one sentence: `reserved: crash kernel; never part of MemTotal; what brings it
// back: without crashkernel=`
std::string answer_of(const boot::Outcome& outcome, const account::Ledger& ledger,
                      const account::Fate& fate);

}  // namespace memmap::report
