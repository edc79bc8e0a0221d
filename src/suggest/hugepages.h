// How many huge pages each node has room for at boot.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "suggest/prove.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

struct HugeWish {
  std::uint64_t page = 0;    // 2 MiB or 1 GiB; 0: 1 GiB where the processor has them, else 2 MiB
  std::optional<int> nid{};  // on this node alone
  std::uint64_t leave = kGiB / 2;  // bytes that everything else keeps
};

// `prover`'s line has no hugepages=. As many as there are in every boot that is made. Errors: no such
// node; what is plugged in did wrong.
Result<Suggestion> suggest_hugepages(Prover& prover, const HugeWish& wish);

}  // namespace memmap::suggest
