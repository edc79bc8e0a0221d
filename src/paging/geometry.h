// The shape of x86-64's page tables: levels, indices, canonical addresses, the kernel's fixed
// places.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "paging/mapping.h"

namespace memmap::paging {

// Levels count from the leaves: 1 page table (PTE), 2 page directory (PMD), 3 (PUD), 4 (P4D; the
// PGD of a 4-level tree), 5 (PGD of a 5-level tree). A table has 512 entries.
//
//   63      57      48      39      30      21      12         0
//   | sign  |   5   |   4   |   3   |   2   |   1   |  offset  |
inline constexpr unsigned kEntries = 512;
inline constexpr unsigned kIndexBits = 9;

// Bytes of addresses that one entry of a table of this level translates, as a power of two and as a
// number, and those that the whole table does.
constexpr unsigned entry_shift(unsigned level) { return kPageShift + kIndexBits * (level - 1); }
constexpr std::uint64_t entry_size(unsigned level) { return 1ull << entry_shift(level); }
constexpr std::uint64_t table_size(unsigned level) { return 1ull << entry_shift(level + 1); }

// The entry that translates `v` in its table of this level.
constexpr unsigned index_of(VirtAddr v, unsigned level) {
  return static_cast<unsigned>((raw(v) >> entry_shift(level)) & (kEntries - 1));
}

// `v` with the highest bit that `levels` levels translate repeated above it. The processor accepts
// such addresses only: they are canonical.
constexpr VirtAddr canonical(std::uint64_t v, unsigned levels) {
  const unsigned unused = 64 - entry_shift(levels + 1);
  return VirtAddr{static_cast<std::uint64_t>(static_cast<std::int64_t>(v << unused) >> unused)};
}
constexpr bool is_canonical(VirtAddr v, unsigned levels) { return canonical(raw(v), levels) == v; }

// Where the direct map and the kernel image begin without KASLR.
// kernel: Documentation/arch/x86/x86_64/mm.rst, v6.12
inline constexpr VirtAddr kPageOffset4{0xffff888000000000};     // __PAGE_OFFSET_BASE_L4
inline constexpr VirtAddr kPageOffset5{0xff11000000000000};     // __PAGE_OFFSET_BASE_L5
inline constexpr VirtAddr kStartKernelMap{0xffffffff80000000};  // __START_KERNEL_map

constexpr VirtAddr page_offset(unsigned levels) {
  return levels == 5 ? kPageOffset5 : kPageOffset4;
}

}  // namespace memmap::paging
