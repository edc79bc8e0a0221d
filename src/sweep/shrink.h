// A combination that fails, made smaller as long as it fails the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "machine/machine.h"
#include "session/places.h"
#include "sweep/axes.h"
#include "sweep/plan.h"
#include "sweep/row.h"
#include "sweep/row_maker.h"

namespace memmap::sweep {

struct Shrunk {
  Machine machine{};   // with what is left of its map and facts; it has no command line of its own
  std::string line{};  // the whole command line
  std::string kernel{};  // as --kernel takes it; empty: the one that the machine ran
  std::string config{};  // a path; empty: the kernel's own
  PluginsAt plugins{};
  Row row{};  // how it fails now
  std::size_t parameters_before = 0;
  std::size_t parameters = 0;
  std::size_t entries_before = 0;  // of the map
  std::size_t entries = 0;
  std::size_t boots = 0;  // that it took
};

// `row` is how it fails: a rule that does not hold, or no boot at all. What is left fails by the same rule first (or with
// the same error), and panics where it did. Left out as far as that goes: the .config; plugins, one by one; parameters of
// the command line; what is known of the machine beside its map; entries of the map, or two neighbours of one type become
// one. Error: it does not fail when it is booted once more.
Result<Shrunk> shrink(const Plan& plan, const Combination& combination, const Row& row,
                      const session::Places& places, const Judge& judge);

}  // namespace memmap::sweep
