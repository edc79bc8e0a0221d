// Where every byte of the machine's RAM went, from what is plugged in to MemTotal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/memory_use.h"
#include "boot/outcome.h"

namespace memmap::account {

// How a row of the ledger counts.
enum class Stage {
  lost,      // RAM of the firmware's map that memblock has not
  added,     // memblock's memory that is no RAM in the firmware's map
  reserved,  // memblock's memory that is reserved at the hand-over
  unusable,  // not reserved, but the page allocator never gets it
};

struct LedgerRow {
  Stage stage = Stage::lost;
  std::string what{};      // the owner, or why: `the BIOS's first page`, `mem=700M`
  std::string function{};  // the kernel function that took it; empty: more than one did
  std::uint64_t bytes = 0;
  std::uint64_t back = 0;  // of `bytes`, what MemTotal counts again: freed later, or of huge pages
  std::vector<PhysRange> ranges{};  // ascending
  // What would bring it back: `without crashkernel=`; empty: nothing that a user can set.
  std::string remedy{};

  std::uint64_t kept() const { return bytes - back; }
};

// firmware_ram - lost + added == memory; memory - reserved - unusable + back == mem_total, where
// each is the sum of its rows. All in bytes.
struct Ledger {
  std::optional<std::uint64_t> installed{};  // plugged in; empty: not known
  std::uint64_t firmware_ram = 0;
  std::uint64_t memory = 0;
  std::uint64_t handed_over = 0;  // to the page allocator at the hand-over, or initialised later
  // Empty: the kernel did not come so far.
  std::optional<std::uint64_t> mem_total{};
  std::vector<LedgerRow> rows{};  // by stage, then the largest on top

  std::uint64_t sum(Stage stage) const;
  std::uint64_t back() const;
};

// The ledger of `outcome`, whose pieces `pieces` are.
Ledger ledger(const boot::Outcome& outcome, const std::vector<Piece>& pieces);

}  // namespace memmap::account
