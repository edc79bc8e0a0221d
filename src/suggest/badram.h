// memmap= that keeps the kernel away from bad memory, with as few ranges as there need be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "suggest/bad_memory.h"
#include "suggest/prove.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

// At most `most` ranges that cover all of `pages` (ascending, joined) and the least beside them.
//
//   pages   |=|  |=|            |=|
//   2       |-------|           |-|      the largest gaps stay open
//
std::vector<PhysRange> cover(const std::vector<PhysRange>& pages, std::size_t most);

// With `ranges` at most; nullopt: as few as cost no more than a 64th of RAM beside the bad pages, and no
// fewer than four, as many as KASLR keeps clear of. `others` has fewer and more ranges with what they
// cost. Errors: no page of the list is RAM of the machine; what is plugged in did wrong.
Result<Suggestion> suggest_badram(Prover& prover, const BadMemory& bad,
                                  std::optional<std::size_t> ranges);

// What a line that somebody has does about bad memory.
struct CheckedLine {
  std::string line{};
  bool is_badram = false;              // GRUB's list, no kernel's line
  std::vector<PhysRange> uncovered{};  // bad pages that the kernel uses with it
  std::vector<PhysRange> offered{};    // that become persistent memory, which programs may use
  std::uint64_t bad = 0;               // bytes of bad RAM
  std::uint64_t taken = 0;             // bytes of RAM that the line takes away
};
// `line`: a kernel's, or GRUB's list ADDRESS,MASK,... with or without `GRUB_BADRAM=` or `badram` before
// it. Errors: what is plugged in did wrong.
Result<CheckedLine> check_badram(Prover& prover, const BadMemory& bad, std::string_view line);

// The RAM of the machine as the line alone leaves it.
std::vector<PhysRange> ram_of(const boot::Outcome& outcome);

}  // namespace memmap::suggest
