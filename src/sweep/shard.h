// A share of a sweep: for engines that run many at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::sweep {

// The k-th of n shares, 1 <= k <= n. Shares are disjoint, together they are all, and their sizes differ by one at most;
// which combinations one has follows no period that an axis could have as well.
struct Shard {
  std::uint64_t k = 1;
  std::uint64_t n = 1;

  bool has(std::uint64_t index) const;  // of what is numbered from 0
  std::string text() const;             // `3/8`
  friend bool operator==(const Shard&, const Shard&) = default;
};

inline constexpr std::uint64_t kMostShards = 1'000'000;

// Reads `3/8`. Error, without an origin: anything else.
Result<Shard> parse_shard(std::string_view text);

// Where an engine's variables say which share of how many a process is; `variable` gives the value of one.
struct FoundShard {
  Shard shard{};
  std::string from{};  // `SLURM_ARRAY_TASK_ID=3 of SLURM_ARRAY_TASK_COUNT=8`
};
// Slurm's job array (its first index and step may be any), Kubernetes' Indexed Job (whose manifest hands on its number of
// completions as JOB_COMPLETIONS), GNU parallel (PARALLEL_SEQ, with the number of shares as MEMMAP_SHARDS). `n`: how many
// there are, whatever the variables say of that. Errors: none of them is set, or one that belongs to it lacks or is no
// number that fits.
Result<FoundShard> find_shard(std::optional<std::string> (*variable)(const char* name),
                              std::optional<std::uint64_t> n = {});

}  // namespace memmap::sweep
