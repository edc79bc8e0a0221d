// The kernel's areas of virtual addresses, and page tables counted by area.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "paging/mapping.h"

namespace memmap::paging {

// Names an address as Documentation/arch/x86/x86_64/mm.rst, v6.12 does; areas that KASLR moves
// (direct map, vmalloc, memory map) are known at their fixed places only.
std::string_view area_of(VirtAddr address, unsigned levels);

// Leaf entries and the tables above them, of neighbouring mappings in one area.
struct AreaTables {
  std::string_view name{};
  std::vector<const Mapping*> mappings{};  // ascending; live as long as the outcome
  std::uint64_t pages_4k = 0;
  std::uint64_t pages_2m = 0;
  std::uint64_t pages_1g = 0;
  std::uint64_t bytes = 0;
  // Tables that hold the entries: of 4K pages, of 2M pages or PTE tables, of 1G pages or PMD
  // tables, and for 5 levels those above. A table at the border of two areas counts in both.
  std::uint64_t pte_tables = 0;
  std::uint64_t pmd_tables = 0;
  std::uint64_t pud_tables = 0;
  std::uint64_t p4d_tables = 0;
};

std::vector<AreaTables> tables_by_area(const PageTables& tables);

}  // namespace memmap::paging
