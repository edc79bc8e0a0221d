// What `memmap walk` finds of an address, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "account/memory_use.h"
#include "boot/outcome.h"
#include "report/answers/address_question.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kWalkSchema = "memmap/walk/1";

// Of each question, the way from a virtual address down to memory, or all ways that lead to a
// physical one. In the order of the questions, by the tables of `root`, which `outcome` has. `pieces` are those of
// `outcome`.
std::string walk_to_text(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<AddressQuestion>& questions, const TextStyle& style);
// share/schema/walk.json
std::string walk_to_json(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<AddressQuestion>& questions);

}  // namespace memmap::report
