#include "boot/losses.h"

#include <algorithm>

#include "boot/pieces.h"
#include "e820/sanitize.h"

namespace memmap::boot {
namespace {

void append(std::vector<PhysRange>& out, PhysRange range) {
  if (!out.empty() && out.back().end() == range.base()) {
    out.back() = PhysRange::make(raw(out.back().base()), raw(range.end()));
  } else if (!range.empty()) {
    out.push_back(range);
  }
}

// What e820__memblock_setup() would take for memory.
std::vector<PhysRange> ram_of(e820::Table table) {
  e820::sanitize(table);
  std::vector<PhysRange> out;
  for (const E820Entry& e : table.entries()) {
    if (e.type != E820Type::ram && e.type != E820Type::reserved_kern) continue;
    append(out, PhysRange::make(raw(e.addr), e.wraps() ? ~std::uint64_t{0} : e.end()));
  }
  return out;
}

std::vector<PhysRange> memory_of(const memblock::Memblock& memblock) {
  std::vector<PhysRange> out;
  for (const memblock::Region& r : memblock.memory().regions()) append(out, r.range);
  return out;
}

}  // namespace

void Losses::look(const State& state, std::string_view function, std::string_view by) {
  const auto& list = state.memblock.memory().list;
  const bool filled = list.bytes() != 0;
  const Stamp stamp{.table = filled ? 0 : state.e820.table.changes(),
                    .bytes = list.bytes(),
                    .regions = filled ? list.size() : 0};
  if (stamp == stamp_) return;
  stamp_ = stamp;
  std::vector<PhysRange> now = filled ? memory_of(state.memblock) : ram_of(state.e820.table);
  auto n = now.begin();
  for (const PhysRange was : ram_) {
    std::uint64_t at = raw(was.base());
    while (n != now.end() && raw(n->end()) <= at) ++n;
    for (auto m = n; m != now.end() && m->base() < was.end(); ++m) {
      lose(at, raw(m->base()), function, by);
      at = std::max(at, raw(m->end()));
    }
    lose(at, raw(was.end()), function, by);
  }
  ram_ = std::move(now);
}

void Losses::lose(std::uint64_t base, std::uint64_t end, std::string_view function,
                  std::string_view by) {
  if (base >= end) return;
  cut_out(pieces_, base, end);
  pieces_.emplace(base, Piece{end, std::string(function), std::string(by)});
}

std::vector<Loss> Losses::take() && {
  std::vector<Loss> out;
  for (auto& [base, piece] : pieces_)
    out.push_back(
        {PhysRange::make(base, piece.end), std::move(piece.function), std::move(piece.by)});
  return out;
}

}  // namespace memmap::boot
