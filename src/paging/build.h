// Mappings -> page tables as the processor reads them.
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
inline constexpr std::uint64_t kEntryLarge = 1ull
                                             << 7;  // in tables of levels 2 and 3: a page, no table
inline constexpr std::uint64_t kEntryGlobal = 1ull << 8;
inline constexpr std::uint64_t kEntryNoExecute = 1ull << 63;
inline constexpr std::uint64_t kEntryAddress = 0x000ffffffffff000;

using Table = std::array<std::uint64_t, kEntries>;

struct Tables {
  unsigned levels = 4;  // 4 or 5
  PhysAddr root{};
  std::map<PhysAddr, Table> pages{};  // by where they lie
};

// Says where a new table lies: a page of its own, below 2^52. Called for the root first, then for
// each table before those below it.
using PlaceTable = std::function<PhysAddr(unsigned level, VirtAddr virt)>;

// Tables that translate exactly `mappings`. Entries that point to tables forbid nothing; the leaves
// carry the flags. Errors, one for each mapping at fault: a page size that does not exist,
// addresses that it does not divide, an end that is not canonical or above 2^52, an overlap with an
// earlier mapping. Takes 8 bytes and some time for each page: meant for what a real machine holds.
Result<Tables> build(const Mappings& mappings, unsigned levels, const PlaceTable& place);

}  // namespace memmap::paging
