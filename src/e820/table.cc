#include "e820/table.h"

#include <algorithm>

namespace memmap::e820 {

bool mapped_any(const Table& table, PhysRange range, E820Type type) {
  return std::ranges::any_of(table.entries(), [&](const E820Entry& e) {
    return e.type == type && raw(e.addr) < raw(range.end()) && e.end() > raw(range.base());
  });
}

bool mapped_all(const Table& table, PhysRange range, E820Type type) {
  std::uint64_t start = raw(range.base());
  for (const E820Entry& e : table.entries()) {
    if (e.type != type || raw(e.addr) >= raw(range.end()) || e.end() <= start) continue;
    if (raw(e.addr) <= start) start = e.end();
    if (start >= raw(range.end())) return true;
  }
  return false;
}

Pfn end_of_ram_pfn(const Table& table, Pfn limit, bool count_acpi) {
  std::uint64_t last = 0;
  for (const E820Entry& e : table.entries()) {
    if (e.type != E820Type::ram && !(count_acpi && e.type == E820Type::acpi)) continue;
    const std::uint64_t start = raw(e.addr) >> kPageShift;
    const std::uint64_t end = e.end() >> kPageShift;
    if (start >= raw(limit)) continue;
    if (end > raw(limit)) return limit;
    last = std::max(last, end);
  }
  return Pfn{last};
}

}  // namespace memmap::e820
