// Rows that the tables of ranges, and the report's sections about the same, are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"

namespace memmap::report {

// What each of the kernel's three tables says of one range; null: nothing.
struct MapRow {
  PhysRange range{};
  const E820Entry* firmware = nullptr;
  const E820Entry* kexec = nullptr;
  const E820Entry* kernel = nullptr;

  // The kernel's type is another than the firmware's.
  bool changed() const;
};

// The tables beside each other: cut at every border of any, and joined where none changes its mind.
// Ascending; ranges of which no table says anything are left out. The tables must outlive the rows.
std::vector<MapRow> map_rows(const boot::E820Tables& tables);

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
