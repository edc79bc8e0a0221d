// What `memmap walk` finds of an address, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "account/memory_use.h"
#include "base/address.h"
#include "boot/outcome.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kWalkSchema = "memmap/walk/1";

// What is asked: the way from a virtual address down to memory, or all ways that lead to a physical
// one.
struct WalkQuestion {
  std::uint64_t address = 0;
  bool is_physical = false;
};

// In the order of the questions, by the tables of `root`, which `outcome` has. `pieces` are those of
// `outcome`.
std::string walk_to_text(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<WalkQuestion>& questions, const TextStyle& style);
// share/schema/walk.json
std::string walk_to_json(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<WalkQuestion>& questions);

}  // namespace memmap::report
