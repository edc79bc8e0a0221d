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

// The level of the tables whose entries are pages of `page_size` bytes; 0: there are no such pages.
constexpr unsigned leaf_level(std::uint64_t page_size) {
  for (unsigned level = 1; level <= 3; ++level) {
    if (entry_size(level) == page_size) return level;
  }
  return 0;
}

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

// Bytes of vmalloc's addresses.
// kernel: VMALLOC_SIZE_TB_L4, VMALLOC_SIZE_TB_L5, arch/x86/include/asm/pgtable_64_types.h, v6.12
constexpr std::uint64_t vmalloc_size(unsigned levels) {
  return (levels == 5 ? 12'800 : 32) * (std::uint64_t{1} << 40);
}

// Where areas begin that KASLR leaves in place, and where it does not move the others to.
// kernel: Documentation/arch/x86/x86_64/mm.rst, v6.12
inline constexpr VirtAddr kLdtRemap4{0xffff880000000000};      // LDT_BASE_ADDR, GUARD_HOLE_END_ADDR
inline constexpr VirtAddr kLdtRemap5{0xff10000000000000};      // the same with five levels
inline constexpr VirtAddr kPageOffset4{0xffff888000000000};    // __PAGE_OFFSET_BASE_L4
inline constexpr VirtAddr kPageOffset5{0xff11000000000000};    // __PAGE_OFFSET_BASE_L5
inline constexpr VirtAddr kCpuEntryAreas{0xfffffe0000000000};  // CPU_ENTRY_AREA_BASE
inline constexpr VirtAddr kEspfix{0xffffff0000000000};         // ESPFIX_BASE_ADDR
inline constexpr VirtAddr kEfiEnd{0xffffffef00000000};         // EFI_VA_END: the lowest
inline constexpr VirtAddr kStartKernelMap{0xffffffff80000000};  // __START_KERNEL_map
inline constexpr VirtAddr kModulesEnd{0xffffffffff000000};      // MODULES_END
inline constexpr VirtAddr kVsyscall{0xffffffffff600000};        // VSYSCALL_ADDR

inline constexpr VirtAddr kVmalloc4{0xffffc90000000000};  // __VMALLOC_BASE_L4
inline constexpr VirtAddr kVmalloc5{0xffa0000000000000};  // __VMALLOC_BASE_L5
inline constexpr VirtAddr kVmemmap4{0xffffea0000000000};  // __VMEMMAP_BASE_L4
inline constexpr VirtAddr kVmemmap5{0xffd4000000000000};  // __VMEMMAP_BASE_L5

// Bits of the physical addresses that memory may have.
// kernel: MAX_PHYSMEM_BITS, arch/x86/include/asm/sparsemem.h
constexpr unsigned physmem_bits(unsigned levels) { return levels == 5 ? 52 : 46; }

// Where the areas begin that KASLR moves, in ascending order, and the modules.
// kernel: kernel_randomize_memory(), arch/x86/mm/kaslr.c, v6.12
struct Bases {
  VirtAddr page_offset{};  // page_offset_base: of the direct map
  VirtAddr vmalloc{};      // vmalloc_base
  VirtAddr vmemmap{};      // vmemmap_base: of the struct pages
  // MODULES_VADDR: a GiB above __START_KERNEL_map, half of one without CONFIG_RANDOMIZE_BASE.
  VirtAddr modules{0xffffffffc0000000};
  friend constexpr bool operator==(const Bases&, const Bases&) = default;
};
// Whether these are in order, and below the CPU entry areas with all the memory there can be, at
// `page_bytes` for a struct page.
constexpr bool can_hold_all(const Bases& b, unsigned levels, std::uint64_t page_bytes = 64) {
  constexpr std::uint64_t kEnd = raw(kCpuEntryAreas);
  const std::uint64_t memory = 1ull << physmem_bits(levels);
  const std::uint64_t struct_pages = memory / kPageSize * page_bytes;
  return raw(b.page_offset) >= raw(levels == 5 ? kPageOffset5 : kPageOffset4) &&
         b.page_offset < b.vmalloc && b.vmalloc < b.vmemmap &&
         raw(b.page_offset) <= kEnd - memory && raw(b.vmemmap) <= kEnd - struct_pages;
}
constexpr Bases fixed_bases(unsigned levels) {
  return levels == 5 ? Bases{kPageOffset5, kVmalloc5, kVmemmap5}
                     : Bases{kPageOffset4, kVmalloc4, kVmemmap4};
}

}  // namespace memmap::paging
