// What MemTotal is made of, and what is missing in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "boot/outcome.h"

namespace memmap::report {

struct PartOfMemTotal {
  std::string what{};      // `free at the hand-over`, `initrd`
  std::string function{};  // the kernel function by which MemTotal counts it
  std::uint64_t bytes = 0;
};

// In the order in which they came; their sum is MemTotal. Empty: there is none.
std::vector<PartOfMemTotal> parts_of_mem_total(const boot::Outcome& outcome,
                                               const std::vector<account::Piece>& pieces,
                                               const account::Ledger& ledger);

// The rows of the ledger that keep something for good, the largest on top.
std::vector<account::LedgerRow> lost_rows(const account::Ledger& ledger);
// What is plugged in and not in the firmware's map; 0 where nobody knows.
std::uint64_t kept_by_firmware(const account::Ledger& ledger);

}  // namespace memmap::report
