// What `memmap explain` tells: where the RAM went, what never comes back, what becomes of an address;
// for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "boot/outcome.h"
#include "report/answers/address_question.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kExplainSchema = "memmap/explain/1";

// What is asked. `addresses` are none where the whole ledger is, or `only_lost` of it: what never
// comes back, with what a user can change.
struct ExplainQuestion {
  std::vector<AddressQuestion> addresses{};
  bool only_lost = false;
};

// A boot and what is counted of it.
struct Account {
  const boot::Outcome& outcome;
  const std::vector<account::Piece>& pieces;  // of the outcome
  const account::Ledger& ledger;              // of both
};

// The first lines are the answer: one for each address, in the order of the question.
std::string explain_to_text(const Account& account, const ExplainQuestion& question,
                            const TextStyle& style);
// share/schema/explain.json
std::string explain_to_json(const Account& account, const ExplainQuestion& question);

}  // namespace memmap::report
