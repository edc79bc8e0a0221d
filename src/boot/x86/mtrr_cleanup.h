// The kernel's clean-up of MTRRs: registers that cover the same memory with fewer, overlapping ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/range.h"
#include "boot/boot.h"
#include "machine/machine.h"

namespace memmap::boot {

// The kernel has the clean-up, and neither its configuration nor the command line turns it off; a log
// that shows it counts as a configuration that turns it on.
bool cleans_mtrrs(const Boot& boot);

// Changes State::mtrrs where the clean-up finds a setting.
void mtrr_cleanup(Boot& boot);

}  // namespace memmap::boot

namespace memmap::boot::mtrr {

using Registers = std::vector<MtrrRange>;  // in order; an empty range is a free register

// The bytes that the registers make write-back, but those that another makes uncachable, and none in
// `elsewhere`; as united() returns them.
// kernel: x86_get_mtrr_mem_range(), arch/x86/kernel/cpu/mtrr/cleanup.c, v6.12
std::vector<PhysRange> cached(std::span<const MtrrRange> registers,
                              std::vector<PhysRange> also = {}, PhysRange elsewhere = {});

// Both in bytes. `gran`: what is smaller than this is given up; `chunk`: a hole within this much is
// covered, and made uncachable by a register of its own.
struct Setting {
  std::uint64_t gran = 0;
  std::uint64_t chunk = 0;
};

// What a setting comes to.
struct Trial {
  Setting setting{};
  Registers registers{};     // as many as there are
  std::size_t used = 0;      // of them
  std::uint64_t change = 0;  // bytes of RAM that are no longer covered; with `bad`: that newly are
  bool bad = false;          // it covers what was not covered, or not the same
};

struct Cleanup {
  std::uint64_t covered = 0;     // bytes, before
  std::optional<Trial> asked{};  // of the setting that was asked for
  std::vector<Trial> tried{};    // all others, in the kernel's order; empty: the first was good
  std::optional<Trial> found{};  // what is used; nullopt: nothing changes
};

struct Wanted {
  Setting asked{};          // both 0 or one: the best is looked for
  std::uint64_t spare = 0;  // registers to be left free
  std::uint64_t tom2 = 0;   // AMD's TOP_MEM2: up to here from 4 GiB no register is needed; or 0
};

// nullopt: these registers are not cleaned up: none is uncachable, or one is of a third type.
// kernel: mtrr_cleanup(), mtrr_need_cleanup(), mtrr_search_optimal_index(), v6.12
std::optional<Cleanup> clean_up(const Registers& registers, const Wanted& wanted);

}  // namespace memmap::boot::mtrr
