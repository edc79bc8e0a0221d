#include "report/html/cells.h"

#include <algorithm>

#include "base/sort_runs.h"

namespace memmap::report {
namespace {

using account::Fate;
using account::Piece;

// Where fates may change within pieces.
std::vector<std::uint64_t> fate_borders(const boot::Outcome& outcome,
                                        const account::Ledger& ledger) {
  std::vector<std::uint64_t> out;
  const auto add = [&](PhysRange range) {
    out.push_back(raw(range.base()));
    out.push_back(raw(range.end()));
  };
  for (const account::LedgerRow& row : ledger.rows) std::ranges::for_each(row.ranges, add);
  for (const boot::GivenBack& given : outcome.state.page_allocator.given_back) add(given.range);
  sort_runs_once(out);
  return out;
}

}  // namespace

std::vector<FateCell> cells_of(const boot::Outcome& outcome, const std::vector<Piece>& pieces,
                               const account::Ledger& ledger) {
  const std::vector<std::uint64_t> borders = fate_borders(outcome, ledger);
  std::vector<FateCell> out;
  auto next = borders.begin();
  for (const Piece& piece : pieces) {
    std::uint64_t at = raw(piece.range.base());
    const std::uint64_t end = raw(piece.range.end());
    bool first = true;
    while (at < end) {
      while (next != borders.end() && *next <= at) ++next;
      const std::uint64_t to = next == borders.end() ? end : std::min(end, *next);
      const Fate fate = account::fate_of(outcome, pieces, ledger, PhysAddr{at});
      FateCell* last = first || out.empty() ? nullptr : &out.back();
      if (last != nullptr && last->fate.end == fate.end && last->fate.row == fate.row &&
          last->fate.given == fate.given) {
        last->range = PhysRange::make(raw(last->range.base()), to);
      } else {
        out.push_back({PhysRange::make(at, to), &piece, fate, !first});
      }
      first = false;
      at = to;
    }
  }
  return out;
}

}  // namespace memmap::report
