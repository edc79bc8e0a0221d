// Rows that the tables of ranges, and the report's sections about the same, are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"
#include "report/form/e820_rows.h"

namespace memmap::report {

// Of an E820Row that map_rows() makes.
inline constexpr std::size_t kFirmwareTable = 0;
inline constexpr std::size_t kKexecTable = 1;
inline constexpr std::size_t kKernelTable = 2;

// The kernel's three tables beside each other.
std::vector<E820Row> map_rows(const boot::E820Tables& tables);
// The kernel's type is another than the firmware's.
inline bool changed(const E820Row& row) { return !row.agree(kFirmwareTable, kKernelTable); }

// All that one owner has.
struct OwnerGroup {
  std::string_view owner{};
  std::uint64_t bytes = 0;
  std::vector<const boot::Owned*> pieces{};  // ascending; one at least
};

// The largest first. `owned` must outlive them.
std::vector<OwnerGroup> by_owner(const std::vector<boot::Owned>& owned);
// The kernel functions that asked for it, each once, with commas.
std::string functions_of(const OwnerGroup& group);

}  // namespace memmap::report
