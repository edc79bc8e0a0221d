// The data of a page: what its scripts look up, draw and sort.
#pragma once

#include <string>
#include <vector>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "account/step_changes.h"
#include "boot/outcome.h"

namespace memmap::report {

// What a page tells of; all of one boot.
struct PageSubject {
  const boot::Outcome& outcome;
  const std::vector<account::Piece>& pieces;
  const account::Ledger& ledger;
  const std::vector<account::StepChange>& steps;
};

// JSON that may stand in a <script> as it is. data.js reads it, and no other program: result.json is the
// form for these.
std::string page_data(const PageSubject& subject);

}  // namespace memmap::report
