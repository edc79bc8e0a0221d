// Short ways to write tables in tests.
#pragma once

#include <ostream>

#include "e820/range_text.h"
#include "e820/table.h"
#include "machine/e820_words.h"

namespace memmap {

inline constexpr E820Type R = E820Type::ram;
inline constexpr E820Type V = E820Type::reserved;
inline constexpr E820Type A = E820Type::acpi;

constexpr E820Entry at(std::uint64_t addr, std::uint64_t size, E820Type type = R) {
  return {PhysAddr{addr}, size, type};
}

// For GoogleTest's messages.
inline void PrintTo(const E820Entry& e, std::ostream* out) {
  *out << e820::table_range(raw(e.addr), e.end()) << " " << e820_log_name(e.type);
}

inline e820::Table table_of(E820Entries entries, std::size_t capacity = e820::kNoLimit) {
  e820::Table table(capacity);
  table.assign(std::move(entries));
  return table;
}

}  // namespace memmap
