#include "report/answers/mem_total.h"

#include <algorithm>
#include <functional>

namespace memmap::report {

using account::LedgerRow;

std::vector<PartOfMemTotal> parts_of_mem_total(const boot::Outcome& outcome,
                                               const std::vector<account::Piece>& pieces,
                                               const account::Ledger& ledger) {
  std::vector<PartOfMemTotal> out;
  if (!ledger.mem_total) return out;
  const auto add = [&](std::string what, std::string_view function, std::uint64_t bytes) {
    if (bytes == 0) return;
    for (PartOfMemTotal& part : out) {
      if (part.what == what && part.function == function) {
        part.bytes += bytes;
        return;
      }
    }
    out.push_back({std::move(what), std::string(function), bytes});
  };
  std::uint64_t free = 0;
  for (const account::Piece& piece : pieces) {
    if (piece.use == account::Use::free) free += piece.range.size();
  }
  add("free at the hand-over", "memblock_free_all", free);
  add("initialised later", "deferred_init_memmap", ledger.handed_over - free);
  for (const boot::GivenBack& given : outcome.state.page_allocator.given_back) {
    const account::Piece* piece = account::piece_at(pieces, given.range.base());
    const bool has_words = !given.what.empty() || piece == nullptr;
    add(has_words ? std::string(given.what) : words_of(*piece, outcome), given.step,
        given.range.size());
  }
  return out;
}

std::vector<LedgerRow> lost_rows(const account::Ledger& ledger) {
  std::vector<LedgerRow> out;
  for (const LedgerRow& row : ledger.rows) {
    if (row.stage != account::Stage::added && row.kept() > 0) out.push_back(row);
  }
  std::ranges::stable_sort(out, std::greater(), &LedgerRow::kept);
  return out;
}

std::uint64_t kept_by_firmware(const account::Ledger& ledger) {
  const std::uint64_t installed = ledger.installed.value_or(0);
  return installed > ledger.firmware_ram ? installed - ledger.firmware_ram : 0;
}

}  // namespace memmap::report
