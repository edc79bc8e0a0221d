// RAM that a parameter may take away from the kernel before it decides anything: none that the boot
// loader or firmware has put something into.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "suggest/prove.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

struct Room {
  std::vector<PhysRange> free{};     // ascending; each lies in one node
  std::vector<Excluded> excluded{};  // ascending; they may overlap
};

// The RAM that the line leaves, but for the first 16 MiB, initrd, setup_data, the loader's command line,
// firmware's tables, the kernel's image where it has one place, and a crash kernel that was asked for at
// an address. `nid`: of this node alone. Errors: no such node; what is plugged in did wrong.
Result<Room> room_for_range(Prover& prover, std::optional<int> nid);

}  // namespace memmap::suggest
