// What becomes of one byte in the end: MemTotal counts it, or never does.
#pragma once

#include <string_view>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "base/address.h"
#include "boot/outcome.h"

namespace memmap::account {

enum class End {
  no_ram,             // no RAM by the firmware's map, and no memory
  lost,               // RAM of the firmware's map that memblock has not
  reserved,           // reserved at the hand-over, and never given back
  unusable,           // not reserved, but the page allocator never gets it
  free,               // free at the hand-over
  initialised_later,  // free once its struct page is initialised, behind the hand-over
  given_back,         // reserved at the hand-over, but MemTotal counts it later
  stopped,            // not reserved when the kernel stopped, which was before it was free
};

// `initialised_later`
std::string_view name_of(End end);

struct Fate {
  End end = End::no_ram;
  const Piece* piece = nullptr;            // nullptr: above all that anything describes
  const LedgerRow* row = nullptr;          // that counts it; nullptr: none that takes away does
  const boot::GivenBack* given = nullptr;  // of given_back

  // MemTotal counts the byte, where the kernel came so far that there is one.
  bool counted() const {
    return end == End::free || end == End::initialised_later || end == End::given_back;
  }
};

// Of the byte at `phys`. `pieces` are those of `outcome`, `ledger` is of both; the fate points into
// all three. Every byte has one, and it agrees with the row: one whose `back` is 0 has no byte that
// is given back, one whose `back` is all of it no other.
Fate fate_of(const boot::Outcome& outcome, const std::vector<Piece>& pieces, const Ledger& ledger,
             PhysAddr phys);

}  // namespace memmap::account
