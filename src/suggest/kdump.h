// Whether a second kernel gets up in the memory that crashkernel= reserves, and in how much it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "suggest/prove.h"
#include "suggest/second_kernel.h"

namespace memmap::suggest {

// What no rule tells: what programs need once the kernel is up.
inline constexpr std::uint64_t kProgramsNeed = 64 * kMiB;

struct KdumpWish {
  Initrd initrd{};
  std::optional<std::string> append{};  // to the second line, in place of what the tool adds
  std::uint64_t need = kProgramsNeed;   // bytes that programs need
};

enum class KdumpEnd {
  not_reserved,  // there is no crash kernel's memory
  not_loaded,    // what is loaded does not fit
  stops,         // the kernel panics
  not_unpacked,  // the initrd's files have no room
  no_room,       // for programs
  gets_up,
};

// Bytes.
struct Kdump {
  KdumpEnd end = KdumpEnd::not_reserved;
  std::string why{};  // not, or how far: a sentence
  std::string first_line{};
  std::optional<CrashArea> area{};
  SecondKernel second{};
  std::uint64_t memory = 0;     // RAM that the second kernel finds
  std::uint64_t mem_total = 0;  // its MemTotal
  std::uint64_t at_unpack = 0;  // free when it unpacks the initrd
  std::uint64_t limit = 0;      // of the file system that it unpacks into; 0: none
  std::uint64_t left = 0;       // for programs
};

// The first kernel boots the prover's line with `crashkernel` behind it, its image at its first place,
// and crashes. Errors: what is plugged in did wrong.
Result<Kdump> run_kdump(Prover& first, std::string_view crashkernel, const KdumpWish& wish);

// The smallest crashkernel= without a suffix, a whole number of MiB, in which the second kernel gets up.
// nullopt: none does that is no more than 4 GiB and half of the RAM. Errors: as run_kdump().
Result<std::optional<std::uint64_t>> smallest_crashkernel(Prover& first, const KdumpWish& wish);

}  // namespace memmap::suggest
