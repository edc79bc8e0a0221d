#include "account/fate.h"

#include <algorithm>

namespace memmap::account {
namespace {

const LedgerRow* row_at(const Ledger& ledger, PhysAddr phys) {
  for (const LedgerRow& row : ledger.rows) {
    if (row.stage == Stage::added) continue;  // it may be lost again in another row
    const auto after = std::ranges::upper_bound(row.ranges, phys, {}, &PhysRange::base);
    if (after != row.ranges.begin() && std::prev(after)->contains(phys)) return &row;
  }
  return nullptr;
}

const boot::GivenBack* given_at(const boot::Outcome& outcome, PhysAddr phys) {
  for (const boot::GivenBack& given : outcome.state.page_allocator.given_back) {
    if (given.range.contains(phys)) return &given;
  }
  return nullptr;
}

End end_of(Stage stage) {
  switch (stage) {
    case Stage::lost:
    case Stage::added:
      return End::lost;
    case Stage::reserved:
      return End::reserved;
    case Stage::unusable:
      return End::unusable;
  }
  return End::lost;
}

}  // namespace

std::string_view name_of(End end) {
  switch (end) {
    case End::no_ram:
      return "no_ram";
    case End::lost:
      return "lost";
    case End::reserved:
      return "reserved";
    case End::unusable:
      return "unusable";
    case End::free:
      return "free";
    case End::initialised_later:
      return "initialised_later";
    case End::given_back:
      return "given_back";
    case End::stopped:
      return "stopped";
  }
  return "";
}

Fate fate_of(const boot::Outcome& outcome, const std::vector<Piece>& pieces, const Ledger& ledger,
             PhysAddr phys) {
  Fate out{.piece = piece_at(pieces, phys), .row = row_at(ledger, phys)};
  if (out.row != nullptr) {
    if (out.row->back != 0) out.given = given_at(outcome, phys);
    out.end = out.given != nullptr ? End::given_back : end_of(out.row->stage);
  } else if (out.piece != nullptr && out.piece->use == Use::free) {
    out.end = End::free;
  } else if (out.piece != nullptr && out.piece->use == Use::waiting) {
    out.end = ledger.mem_total ? End::initialised_later : End::stopped;
  }
  return out;
}

}  // namespace memmap::account
