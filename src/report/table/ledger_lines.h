// The ledger's lines in the order in which people read them: sums, and what lies between two of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account/ledger.h"

namespace memmap::report {

enum class LedgerPart { sum, lost, added, reserved, unusable, back };

struct LedgerLine {
  LedgerPart part = LedgerPart::sum;
  std::string what{};
  std::uint64_t bytes = 0;
  const account::LedgerRow* row = nullptr;  // null: a sum, or what one row does not tell

  std::uint64_t back() const { return row == nullptr ? 0 : row->back; }
  std::size_t ranges() const { return row == nullptr ? 0 : row->ranges.size(); }
  std::string_view function() const {
    return row == nullptr ? "" : std::string_view(row->function);
  }
  std::string_view remedy() const { return row == nullptr ? "" : std::string_view(row->remedy); }
};

// Each sum is the one before it with what stands between them. The ledger must outlive them.
std::vector<LedgerLine> ledger_lines(const account::Ledger& ledger);

// What shares are of: the RAM that is plugged in, or what firmware has.
std::uint64_t all_of(const account::Ledger& ledger);

// `=`, `-` or `+`.
std::string_view sign_of(LedgerPart part);
std::string_view part_name(LedgerPart part);

}  // namespace memmap::report
