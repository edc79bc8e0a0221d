// What happens to one byte of physical memory from the firmware's map to MemTotal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/fate.h"
#include "base/address.h"
#include "base/range.h"
#include "boot/outcome.h"

namespace memmap::report {

// Something that happens to the byte, or is known of it.
struct StoryLine {
  std::string_view
      stage{};  // `e820`, `memblock`, `hand-over`, ...; share/schema/explain.json has all
  std::string function{};            // the kernel function at work; empty: none in particular
  std::string text{};                // may hold what others wrote
  std::optional<PhysRange> range{};  // the bytes that the same happens to, where that is known
};

struct AddressStory {
  PhysAddr phys{};
  account::Fate fate{};
  std::string what{};              // it is, or was in use for: `crash kernel (crashkernel=256M)`
  std::string counts{};            // `never part of MemTotal`
  std::vector<StoryLine> lines{};  // in the order of the boot
};

// `pieces` and `ledger` are those of `outcome`; the fate points into all three. What was done before
// the hand-over to memblock is in it where the outcome has the log of memblock.
AddressStory story_of(const boot::Outcome& outcome, const std::vector<account::Piece>& pieces,
                      const account::Ledger& ledger, PhysAddr phys);

}  // namespace memmap::report
