// A boot's memblock calls once more, each compared with what the kernel did.
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
  memblock::Options memblock{};  // movable_node and mirrored_kernelcore from the command line
};

Settings settings_for(const kernel::Profile& profile, std::string_view command_line);

// One of the two states around a mismatch: the regions beside the addresses in question.
struct Side {
  std::optional<PhysRange> chosen{};  // of an allocation; empty: none found, or not one
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

struct Mismatch {
  std::size_t line = 0;
  std::string text{};  // the log's line
  std::string what{};  // one sentence without full stop
  Side kernel{};
  Side memmap{};
};

// Of things that an address or a size was computed for.
struct Tally {
  std::size_t checked = 0;      // computed and compared, the wrong ones too
  std::size_t not_checked = 0;  // the log has the answer without the question
  std::size_t adopted = 0;      // the log does not tell enough to compute it: taken from there
};

struct Report {
  Tally allocations{};
  Tally growths{};  // of memblock's arrays
  // Applied: done to the lists as the log tells.
  std::size_t adds = 0;
  std::size_t removes = 0;
  std::size_t reserves = 0;
  std::size_t frees = 0;
  std::size_t dumps = 0;    // compared region by region
  std::size_t skipped = 0;  // lines before the first dump of a log that was cut
  // Adopted from dumps.
  std::size_t regions_before = 0;  // reserved before the log begins; of a cut log all of the dump
  std::size_t nodes = 0;           // regions that were given a node
  std::size_t flags = 0;           // regions that were given other flags

  std::size_t mismatch_count = 0;
  std::vector<Mismatch> mismatches{};  // the first kMostShown
  std::vector<std::string> derived{};  // what was worked out where the log says nothing
};

inline constexpr std::size_t kMostShown = 50;

// Performs every call of `log` on a memblock of its own. An allocation is computed and compared
// with the address that the kernel chose, each dump with the lists. After a mismatch the kernel's
// state is taken over, so that one difference is told once.
//
// Not logged, and where it is taken from:
//   what is reserved before the log begins    the first dump
//   memblock_trim_memory()                    done before the first dump, as x86 does
//   current_limit                             1 MiB, then the end of memory (phases.h)
//   the direction of searches                 movable_node on the command line, until the SRAT is
//   read nodes of regions, flags                   the dump that first shows them; mirrored memory,
//   which
//                                             is found early, from the second dump already
Report replay(const Log& log, const Settings& settings);

}  // namespace memmap::replay
