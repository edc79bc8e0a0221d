// The address space in parts whose bytes all have one fate.
#pragma once

#include <vector>

#include "account/fate.h"
#include "account/ledger.h"
#include "account/memory_use.h"
#include "boot/outcome.h"

namespace memmap::report {

struct FateCell {
  PhysRange range{};
  const account::Piece* piece = nullptr;
  account::Fate fate{};
  bool carries_on = false;  // the piece of the cell before
};

// Of all pieces, in their order; they point into what they are made of, which is all of one boot.
std::vector<FateCell> cells_of(const boot::Outcome& outcome,
                               const std::vector<account::Piece>& pieces,
                               const account::Ledger& ledger);

}  // namespace memmap::report
