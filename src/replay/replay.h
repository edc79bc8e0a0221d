// Replays a boot's memblock calls and compares each with what the kernel did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/behaviour.h"
#include "kernel/profile.h"
#include "memblock/memblock.h"
#include "replay/log.h"

namespace memmap::replay {

struct Settings {
  kernel::Behaviour behaviour{};
  memblock::Options memblock{};
  bool fakes_nodes = false;  // numa=fake= on the command line
};

// The settings for a kernel: its behaviour, and movable_node, kernelcore=mirror and numa=fake= as its
// command line has them.
Settings settings_for(const kernel::Profile& profile, std::string_view command_line);

// One of the two states at a mismatch: the regions beside the addresses in question.
struct Side {
  // The block that was chosen; nullopt: none was found, or the mismatch is of no allocation.
  std::optional<PhysRange> chosen{};
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

struct Mismatch {
  std::size_t line = 0;  // of the file, from 1
  std::string text{};    // that line
  std::string what{};    // one sentence without full stop
  Side kernel{};
  Side memmap{};
};

// How many addresses were compared.
struct Tally {
  std::size_t checked = 0;      // computed and compared, equal or not
  std::size_t not_checked = 0;  // the log has the address, but not the request to compute it from
  std::size_t adopted = 0;      // taken from the log, which does not tell enough to compute it
};

struct Report {
  Tally allocations{};
  Tally growths{};  // of memblock's arrays
  // Calls that were done to the lists as the log tells.
  std::size_t adds = 0;
  std::size_t removes = 0;
  std::size_t reserves = 0;
  std::size_t frees = 0;
  std::size_t dumps = 0;    // compared region by region
  std::size_t skipped = 0;  // entries before the first dump of a log that was cut
  // Regions adopted from dumps.
  std::size_t regions_before = 0;  // reserved before the log begins; of a cut log, all of the dump
  std::size_t nodes = 0;           // given another node
  std::size_t flags = 0;           // given other flags

  std::size_t mismatch_count = 0;
  std::vector<Mismatch> mismatches{};  // the first kMostShown of them
  std::vector<std::string> derived{};  // phrases: what was concluded where the log is silent
};

inline constexpr std::size_t kMostShown = 50;

// Performs every call of `log` on a memblock of its own. Each allocation is computed and compared
// with the block that the kernel chose, each dump with the lists. After a mismatch the kernel's
// state is taken over, so that one difference is told once.
//
// The log does not tell, and taken is:
//   what was reserved before it begins   from the first dump
//   memblock_trim_memory()               as done before the first dump, which x86 does
//   current_limit                        1 MiB, then the end of memory (phases.h)
//   the direction of searches            bottom-up under movable_node until the SRAT is read
//   nodes and flags of regions           from the dump that first shows them; mirrored memory, as
//                                        it is found early, from the second dump already
Report replay(const Log& log, const Settings& settings);

}  // namespace memmap::replay
