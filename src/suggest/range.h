// A range of RAM to take away from the kernel: memmap=nn!ss for persistent memory, memmap=nn$ss for
// ramoops or a device.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "suggest/prove.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

enum class Use { pmem, ramoops, device };

struct RangeWish {
  Use use = Use::pmem;
  std::uint64_t size = 0;    // bytes, not 0; rounded up to what the use wants
  std::optional<int> nid{};  // on this node alone
};

// A suggestion without a parameter where no range is free, or none stands the proof. Errors: as
// room_for_range().
Result<Suggestion> suggest_range(Prover& prover, const RangeWish& wish);

// What ramoops needs beside its range, for one of `size` bytes: sizes that are powers of two.
// kernel: ramoops_probe(), fs/pstore/ram.c, v7.2
struct RamoopsSizes {
  std::uint64_t record = 0;
  std::uint64_t console = 0;
  std::uint64_t pmsg = 0;
};
RamoopsSizes ramoops_sizes(std::uint64_t size);

}  // namespace memmap::suggest
