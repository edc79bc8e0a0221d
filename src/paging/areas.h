// The kernel's areas of virtual addresses, and page tables counted by area.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "paging/address_space.h"

namespace memmap::paging {

inline constexpr std::string_view kDirectMap = "direct map";

// The name of the area that holds `address`, `elsewhere` for what lies in none. An area that KASLR
// has moved reaches to the next one.
// kernel: Documentation/arch/x86/x86_64/mm.rst, v6.12
std::string_view area_of(VirtAddr address, unsigned levels, const Bases& bases);

// Addresses from `base` to the last byte before `end`; of the area at the top, up to its last page.
struct Area {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::string_view name{};  // empty: a hole
};
// The whole address space by area, ascending and without gaps.
std::vector<Area> areas(unsigned levels, const Bases& bases);

// Of each entry of the root that vmalloc's addresses lie in, the first of them.
std::vector<VirtAddr> vmalloc_root_entries(const AddressSpace& tables);

// Neighbouring mappings of one area: how many pages they have, and how many tables these take.
struct AreaTables {
  std::string_view name{};
  std::vector<const Mapping*> mappings{};  // ascending; of the tables that were counted
  std::uint64_t pages_4k = 0;
  std::uint64_t pages_2m = 0;
  std::uint64_t pages_1g = 0;
  std::uint64_t bytes = 0;  // mapped
  // Tables of each level, without the root. A table at the border of two areas counts in both; with
  // 4 levels there are no p4d_tables.
  std::uint64_t pte_tables = 0;
  std::uint64_t pmd_tables = 0;
  std::uint64_t pud_tables = 0;
  std::uint64_t p4d_tables = 0;
};

// The mappings of `tables`, in their order, by area. An area that others interrupt has several
// rows.
std::vector<AreaTables> tables_by_area(const AddressSpace& tables);

}  // namespace memmap::paging
