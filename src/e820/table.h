// A table of the kernel's: entries in a fixed number of places.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap::e820 {

// Places of a table: what the zero page passes, and what sanitising may make of three pieces a
// node. kernel: E820_MAX_ENTRIES, arch/x86/include/asm/e820/types.h
constexpr std::size_t max_entries(unsigned nodes_shift) {
  constexpr std::size_t kZeroPage = 128;  // E820_MAX_ENTRIES_ZEROPAGE
  return kZeroPage + 3 * (std::size_t{1} << nodes_shift);
}
inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// kernel: struct e820_table. Entries stand in the order they were added until sanitize() sorts
// them; what an edit removes stays behind as an empty entry of type 0 until then.
class Table {
 public:
  // `full`: what the kernel says of an entry that finds no place, up to the semicolon; a literal.
  explicit Table(std::size_t capacity = kNoLimit, std::string_view full = "too many entries")
      : capacity_(capacity), full_(full) {}

  const E820Entries& entries() const { return entries_; }
  std::span<E820Entry> mutable_entries() { return entries_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view full() const { return full_; }

  // False: no place is left, nothing was added. kernel: __e820__range_add()
  bool add(const E820Entry& entry) {
    if (entries_.size() >= capacity_) return false;
    entries_.push_back(entry);
    return true;
  }
  void clear() { entries_.clear(); }
  void assign(E820Entries entries) {
    MEMMAP_CHECK(entries.size() <= capacity_, "more entries than places");
    entries_ = std::move(entries);
  }

 private:
  E820Entries entries_{};
  std::size_t capacity_;
  std::string_view full_;
};

// Any byte of `range` has `type`. kernel: e820__mapped_any()
bool mapped_any(const Table& table, PhysRange range, E820Type type);

// Every byte of `range` has `type`; right only on a sanitised table. kernel: e820__mapped_all()
bool mapped_all(const Table& table, PhysRange range, E820Type type);

// One past the last page frame that is wholly below the end of an entry of type RAM, and, where
// `count_acpi`, of type ACPI: the kernel's max_pfn. Cut to `limit`.
// kernel: e820__end_ram_pfn(), arch/x86/kernel/e820.c, v6.12; e820_end_pfn(), v6.1 (RAM alone)
Pfn end_of_ram_pfn(const Table& table, Pfn limit, bool count_acpi);

}  // namespace memmap::e820
