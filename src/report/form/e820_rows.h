// Several tables of the memory map, side by side.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap::report {

inline constexpr std::size_t kMostTables = 3;

// What each table says of one range; nullopt: it has no entry there.
struct E820Row {
  PhysRange range{};
  std::array<std::optional<E820Type>, kMostTables> types{};

  bool agree(std::size_t a, std::size_t b) const { return types[a] == types[b]; }
};

// Of at most kMostTables tables, each sorted and disjoint: cut at every border of any, then joined where
// none changes its mind. What is in no table has no row.
std::vector<E820Row> e820_rows(std::span<const E820Entries* const> tables);

// Where the entry ends, 2^64 - 1 where its sum wraps.
constexpr std::uint64_t last_end(const E820Entry& e) {
  return e.wraps() ? ~std::uint64_t{0} : e.end();
}

}  // namespace memmap::report
