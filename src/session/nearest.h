// The smallest change of a command line under which rules hold that fail, found by booting.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "boot/outcome.h"
#include "policy/policy.h"

namespace memmap::session {

// As many boots are made at most, for all rules of a machine together.

// Boots with another command line. nullopt: a plugin failed.
using Trial = std::function<std::optional<boot::Outcome>(const std::string& command_line)>;

// Fills in the remedy of each verdict that failed: the nearest change of one parameter of
// `command_line` that satisfies its rule without a panic, `hugepages=2 in place of hugepages=4`, or that
// there is none. What is removed or added counts as a change of the whole; of a number what it changes
// by, relative to it. Rules that go over places or baselines are left alone.
void find_remedies(const std::string& command_line, const Trial& trial,
                   std::vector<policy::Verdict>& verdicts);

}  // namespace memmap::session
