#include "boot/losses.h"

#include "base/range_union.h"
#include "boot/pieces.h"
#include "e820/sanitize.h"

namespace memmap::boot {
namespace {

// What e820__memblock_setup() would take for memory.
std::vector<PhysRange> ram_of(e820::Table table) {
  e820::sanitize(table);
  std::vector<PhysRange> out;
  for (const E820Entry& e : table.entries()) {
    if (is_kernel_ram(e.type))
      out.push_back(PhysRange::make(raw(e.addr), e.wraps() ? ~std::uint64_t{0} : e.end()));
  }
  return united(std::move(out));
}

std::vector<PhysRange> memory_of(const memblock::Memblock& memblock) {
  std::vector<PhysRange> out;
  for (const memblock::Region& r : memblock.memory().regions()) out.push_back(r.range);
  return united(std::move(out));
}

}  // namespace

void Losses::look(const State& state, std::size_t told, std::string_view function,
                  std::string_view by) {
  const auto& list = state.memblock.memory().list;
  const bool filled = list.bytes() != 0;
  const Stamp stamp{.table = filled ? 0 : state.e820.table.changes(),
                    .bytes = list.bytes(),
                    .regions = filled ? list.size() : 0};
  if (stamp == stamp_) return;
  stamp_ = stamp;
  std::vector<PhysRange> now = filled ? memory_of(state.memblock) : ram_of(state.e820.table);
  const Piece how{.function = std::string(function), .by = std::string(by), .told = told};
  for (const PhysRange lost : without(ram_, now)) lose(raw(lost.base()), raw(lost.end()), how);
  ram_ = std::move(now);
}

void Losses::lose(std::uint64_t base, std::uint64_t end, const Piece& how) {
  cut_out(pieces_, base, end);
  pieces_.emplace(base, how).first->second.end = end;
}

std::vector<Loss> Losses::take() && {
  std::vector<Loss> out;
  for (auto& [base, piece] : pieces_)
    out.push_back({PhysRange::make(base, piece.end), std::move(piece.function), std::move(piece.by),
                   piece.told});
  return out;
}

}  // namespace memmap::boot
