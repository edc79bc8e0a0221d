// The kernel's table of the memory map: entries in a fixed number of places.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "base/range.h"
#include "machine/e820_entry.h"
#include "machine/e820_words.h"

namespace memmap::e820 {

// Places of a table: the zero page's, and three for each node that the kernel can have.
// kernel: E820_MAX_ENTRIES, arch/x86/include/asm/e820/types.h, v6.12
constexpr std::size_t max_entries(unsigned nodes_shift) {
  constexpr std::size_t kZeroPage = 128;  // E820_MAX_ENTRIES_ZEROPAGE
  return kZeroPage + 3 * (std::size_t{1} << nodes_shift);
}
inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// Entries in the order they were added, until sanitize() sorts them. What an edit removes stays as
// an empty entry of type 0 until then. kernel: struct e820_table
class Table {
 public:
  // `full`: what the kernel says of an entry that finds no place, up to the semicolon; a literal. `names`:
  // what it calls the types.
  explicit Table(std::size_t capacity = kNoLimit, std::string_view full = "too many entries",
                 E820LogNames names = E820LogNames::usable)
      : capacity_(capacity), full_(full), names_(names) {}

  const E820Entries& entries() const { return entries_; }
  std::span<E820Entry> mutable_entries() {
    ++changes_;
    return entries_;
  }
  // Counts what may have changed the entries.
  std::uint64_t changes() const { return changes_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view full() const { return full_; }
  std::string name_of(E820Type type) const { return e820_log_name(type, names_); }

  // False: no place is left and nothing was added. kernel: __e820__range_add()
  bool add(const E820Entry& entry) {
    if (entries_.size() >= capacity_) return false;
    entries_.push_back(entry);
    ++changes_;
    return true;
  }
  void clear() {
    entries_.clear();
    ++changes_;
  }
  // Replaces all entries, which must not be more than capacity().
  void assign(E820Entries entries) {
    MEMMAP_CHECK(entries.size() <= capacity_, "more entries than places");
    entries_ = std::move(entries);
    ++changes_;
  }

 private:
  E820Entries entries_{};
  std::uint64_t changes_ = 0;
  std::size_t capacity_;
  std::string_view full_;
  E820LogNames names_;
};

// Whether any byte of `range` has `type`. kernel: e820__mapped_any()
bool mapped_any(const Table& table, PhysRange range, E820Type type);

// Whether every byte of `range` has `type`. The table must be sanitised: entries are taken in their
// order. kernel: e820__mapped_all()
bool mapped_all(const Table& table, PhysRange range, E820Type type);

// The kernel's max_pfn: the end of the highest entry of type RAM, or with `count_acpi` of type ACPI
// too, as a page frame rounded down; at most `limit`.
// kernel: e820__end_ram_pfn(), arch/x86/kernel/e820.c, v6.12; e820_end_pfn(), v6.1 (RAM alone)
Pfn end_of_ram_pfn(const Table& table, Pfn limit, bool count_acpi);

}  // namespace memmap::e820
