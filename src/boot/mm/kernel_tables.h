// The kernel's page tables outside of the direct map, as far as memory is taken for them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "boot/boot.h"

namespace memmap::boot {

// Makes page tables, which it takes of memblock in rows where nobody hears of each. Nobody else may
// make tables or take memory of memblock while it has expected more than it has made.
class TableMaker {
 public:
  TableMaker(Boot& boot, const memblock::Owner& owner);
  // Says that make() will be called for these addresses too, after all that were expected before, which
  // lie below them.
  void expect(std::uint64_t start, std::uint64_t end);
  // Tables down to those of 4 KiB pages for the virtual addresses [start, end), as they are
  // needed; where there is no page for one, the kernel panics.
  // kernel: fill_pte(), fill_pmd(), fill_pud(), fill_p4d(), arch/x86/mm/init_64.c
  void make(std::uint64_t start, std::uint64_t end);

 private:
  std::optional<PhysAddr> page();

  Boot& boot_;
  memblock::Caller caller_;
  std::uint64_t expected_ = 0;                             // tables that are not made yet
  std::array<std::optional<std::uint64_t>, 6> counted_{};  // by level: the last table, by number
  memblock::Memblock::Row row_{};
  std::uint64_t used_ = 0;  // of row_
};

// Those of [start, end) alone.
void make_tables(Boot& boot, std::uint64_t start, std::uint64_t end, const memblock::Owner& owner);

}  // namespace memmap::boot
