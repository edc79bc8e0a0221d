// What each byte of the address space came to, and the balance of the firmware's RAM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"

namespace memmap::account {

// In the order of the boot; the last that applies to a byte counts, so that uses are disjoint.
//
//   firmware  |====RAM=====|-rsvd-|      |===========RAM============|
//   table     |==RAM==|r   |-rsvd-|      |===========RAM============|
//   memblock  |=memory|                  |=====memory=========|
//   reserved   |own|                     |own|  |own|
//   buddy                                    |==|   |=free====|
//   use       fRRRRffff rrr  firmware  gap RRRR free R free     left out
enum class Use {
  gap,       // no table knows it
  firmware,  // the firmware's map has it as something else than RAM
  retyped,   // RAM for the firmware, not so (any more) in the kernel's table
  left_out,  // RAM for the kernel, but memblock was not given it or had it taken away: mem=,
             // partial pages
  nomap,     // memory that must not be mapped
  fragment,  // unreserved, but no whole page
  waiting,  // unreserved, not in the buddy allocator: initialised later, or the boot stopped before
  reserved,  // somebody's
  free,      // in a free block of the buddy allocator
};

struct Piece {
  PhysRange range{};
  Use use = Use::gap;
  E820Type type{};           // of firmware and retyped: what the table says instead; 0: nothing
  std::string_view owner{};  // of reserved; empty: not recorded. Lives as long as the outcome.
  bool firmware_ram = false;
  bool memory = false;  // in memblock.memory
};

// The space from 0 to the last byte that anything describes: ascending, without holes, neighbours
// differ. O(n log n) in what the outcome holds.
std::vector<Piece> memory_use(const boot::Outcome& outcome);

struct BalanceRow {
  Use use = Use::gap;
  std::string label{};
  std::uint64_t bytes = 0;
  std::uint64_t ranges = 0;
};

// firmware_ram + added == sum of rows, to the byte.
struct Balance {
  std::uint64_t firmware_ram = 0;  // bytes
  std::uint64_t added =
      0;  // bytes of memory that the firmware did not call RAM: memmap=nn@ss, setup data
  std::vector<BalanceRow> rows{};  // owners by size, then the other uses; none of 0 bytes
};

Balance balance(const boot::Outcome& outcome, const std::vector<Piece>& pieces);

}  // namespace memmap::account
