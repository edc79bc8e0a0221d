// What each byte of the address space is used for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"

namespace memmap::account {

// Uses in the order of the boot. The last that applies to a byte is the byte's, so that uses are
// disjoint.
//
//   firmware  |====RAM=====|-rsvd-|      |===========RAM============|
//   table     |==RAM==|r   |-rsvd-|      |===========RAM============|
//   memblock  |=memory|                  |=====memory=========|
//   reserved   |own|                     |own|  |own|
//   buddy                                    |==|   |=free====|
//   use       fRRRRffff rrr  firmware  gap RRRR free R free     left out
//             (f free, R reserved, r retyped)
enum class Use {
  gap,       // no table knows it
  firmware,  // something else than RAM by the firmware's map and the kernel's table
  retyped,   // RAM by the firmware's map, something else by the kernel's table
  left_out,  // RAM by the kernel's table, but not in memblock: mem=, partial pages
  nomap,     // memory that must not be mapped
  fragment,  // memory that is not reserved, but no whole page
  waiting,   // not reserved, but not free yet: initialised later, or the boot ended before
  reserved,  // reserved memory
  free,      // in a free block of the buddy allocator
};

// Bytes of one use. Neighbours differ in something else than the range.
struct Piece {
  PhysRange range{};
  Use use = Use::gap;
  // Of firmware and retyped: the type in the kernel's table, or else in the firmware's map; 0:
  // retyped bytes that the kernel's table does not have.
  E820Type type{};
  std::string_view owner{};   // of reserved; empty: not recorded. It lives as long as the outcome.
  bool firmware_ram = false;  // RAM by the firmware's map
  bool memory = false;        // in memblock.memory
};

// The pieces of the space from 0 to the last byte that anything describes: ascending, without
// holes. Takes O(n log n) for n ranges in the outcome.
std::vector<Piece> memory_use(const boot::Outcome& outcome);

// What the piece is, in a few words: its owner, the type's name, `free`.
std::string words_of(const Piece& piece, const boot::Outcome& outcome);

// The piece of `pieces`, as memory_use() gives them, that holds the byte; nullptr: it lies above all
// that anything describes.
const Piece* piece_at(const std::vector<Piece>& pieces, PhysAddr phys);

}  // namespace memmap::account
