// Page tables as the processor reads them, built from mappings.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>

#include "base/result.h"
#include "paging/geometry.h"
#include "paging/mapping.h"

namespace memmap::paging {

// Bits of an entry. kernel: arch/x86/include/asm/pgtable_types.h
inline constexpr std::uint64_t kEntryPresent = 1ull << 0;
inline constexpr std::uint64_t kEntryWritable = 1ull << 1;
inline constexpr std::uint64_t kEntryUser = 1ull << 2;
inline constexpr std::uint64_t kEntryWriteThrough = 1ull << 3;
inline constexpr std::uint64_t kEntryCacheDisable = 1ull << 4;
inline constexpr std::uint64_t kEntryAccessed = 1ull << 5;
inline constexpr std::uint64_t kEntryDirty = 1ull << 6;
inline constexpr std::uint64_t kEntryLarge = 1ull << 7;  // on levels 2 and 3: of a page, no table
inline constexpr std::uint64_t kEntryPat = 1ull << 7;    // of a 4 KiB page
inline constexpr std::uint64_t kEntryPatLarge = 1ull << 12;  // of a larger page
inline constexpr std::uint64_t kEntryGlobal = 1ull << 8;
inline constexpr std::uint64_t kEntryNoExecute = 1ull << 63;
inline constexpr std::uint64_t kEntryAddress = 0x000ffffffffff000;  // of the page or table

using Table = std::array<std::uint64_t, kEntries>;

struct Tables {
  unsigned levels = 4;  // 4 or 5
  PhysAddr root{};
  std::map<PhysAddr, Table> pages{};  // by where each table lies, the root too
};

// Says where a new table lies; it must be a page of its own, below 2^52. Called for the root first,
// and for every other table before those below it. `virt`: the first address that it translates.
using PlaceTable = std::function<PhysAddr(unsigned level, VirtAddr virt)>;

// Builds tables that translate `mappings`, and nothing else. `levels` is 4 or 5. Entries of tables
// forbid nothing; entries of pages carry the mapping's flags. Errors, one for each mapping at
// fault: a page size that does not exist, addresses that are no multiples of it, a virtual address
// that is not canonical, an end beyond its half of those that are, a physical end above 2^52, an
// overlap with an earlier mapping. Takes at least 8 bytes, and some time, for each page.
Result<Tables> build(const Mappings& mappings, unsigned levels, const PlaceTable& place);

}  // namespace memmap::paging
