// GRUB's list of bad memory: ADDRESS,MASK,... as `badram` of grub.cfg, GRUB_BADRAM= and memtest86+ have
// it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/range.h"

namespace memmap {

// Names each page whose address has the bits of `address` wherever `mask` has a one.
struct BadramPair {
  std::string_view text{};  // a piece of the list
  std::uint64_t address = 0;
  std::uint64_t mask = 0;
};

// The words between commas.
std::vector<std::string_view> badram_words(std::string_view list);
// Up to the first that is no pair of hexadecimal numbers.
// grub: grub_cmd_badram(), grub-core/mmap/mmap.c
std::vector<BadramPair> badram_pairs(std::string_view list);

// What of `ram` (ascending, disjoint) a pair names, ascending, in whole pages; `most` pieces at most.
std::vector<PhysRange> badram_pieces(const BadramPair& pair, const std::vector<PhysRange>& ram,
                                     std::size_t most);

// The fewest pairs that name `range` (whole pages) and nothing else, behind `out`.
void add_badram_pairs(PhysRange range, std::vector<BadramPair>& out);

}  // namespace memmap
