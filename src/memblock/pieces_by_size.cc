#include "memblock/pieces_by_size.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/align.h"
#include "base/range_union.h"

namespace memmap::memblock {
namespace {

std::uint64_t base_of(PhysRange r) { return raw(r.base()); }
std::uint64_t end_of(PhysRange r) { return raw(r.end()); }

}  // namespace

std::vector<PhysRange> pieces_of(PhysRange range, std::uint64_t grain) {
  if (grain == 0) return {range};
  const std::uint64_t first = align_up(base_of(range), grain);
  const std::uint64_t last = align_down(end_of(range), grain);
  if (first < base_of(range) || first >= last) return {range};  // rounding up may wrap
  std::vector<PhysRange> out;
  if (first > base_of(range)) out.push_back(PhysRange::make(base_of(range), first));
  if (last < end_of(range)) out.push_back(PhysRange::make(last, end_of(range)));
  return out;
}

bool holds_block(PhysRange piece, const FindRequest& request) {
  return piece.size() >= request.size &&
         align_down(end_of(piece) - request.size, request.align) >= base_of(piece);
}

bool PiecesBySize::Kind::is_of(const FindRequest& request, std::uint64_t of_grain) const {
  return asked && limits == request.limits && nid == request.nid && flags == request.flags &&
         grain == of_grain;
}

void PiecesBySize::Kind::add(PhysRange range) {
  ranges.emplace(base_of(range), end_of(range));
  for (const PhysRange p : pieces_of(range, grain)) pieces.emplace(p.size(), ~base_of(p));
}

void PiecesBySize::Kind::drop(std::map<std::uint64_t, std::uint64_t>::iterator range) {
  for (const PhysRange p : pieces_of(PhysRange::make(range->first, range->second), grain)) {
    pieces.erase({p.size(), ~base_of(p)});
  }
  ranges.erase(range);
}

void PiecesBySize::Kind::add_all(PhysRange in, const Walk& walk) {
  for (auto r = walk(base_of(in), end_of(in)); r; r = walk(end_of(*r), end_of(in))) add(*r);
}

void PiecesBySize::Kind::make_anew(const Walk& walk) {
  ranges.clear();
  pieces.clear();
  add_all(limits, walk);
  kept = true;
}

//   ranges        |====|      |======|====|         |===|
//   changed                 |---|  |--|
//   dropped                   |======|====|                 what a change overlaps or touches
//   looked at               |-------------|
void PiecesBySize::Kind::look_anew(std::vector<PhysRange> changed, const Walk& walk) {
  changed = united(std::move(changed));
  for (PhysRange& change : changed) {
    std::uint64_t from = base_of(change);
    std::uint64_t to = end_of(change);
    auto r = ranges.upper_bound(to);
    while (r != ranges.begin() && std::prev(r)->second >= from) {
      --r;
      from = std::min(from, r->first);
      to = std::max(to, r->second);
      const auto dropped = r++;
      drop(dropped);
    }
    change = PhysRange::make(from, to);
  }
  for (const PhysRange change : united(std::move(changed))) add_all(change, walk);
}

std::optional<PhysRange> PiecesBySize::Kind::smallest(const FindRequest& request) const {
  for (auto p = pieces.lower_bound({request.size, 0}); p != pieces.end(); ++p) {
    const PhysRange piece = PhysRange::make(~p->second, ~p->second + p->first);
    if (holds_block(piece, request)) return piece;
  }
  return std::nullopt;
}

PiecesBySize::Kind& PiecesBySize::kind_of(const FindRequest& request, std::uint64_t grain) {
  auto found = std::ranges::find_if(kinds_, [&](const Kind& k) { return k.is_of(request, grain); });
  if (found == kinds_.end()) {
    found = std::prev(kinds_.end());
    *found =
        Kind{.limits = request.limits, .nid = request.nid, .flags = request.flags, .grain = grain};
  }
  std::rotate(kinds_.begin(), found, std::next(found));
  return kinds_.front();
}

void PiecesBySize::bring_up_to_date(Kind& kind, const RegionList& memory,
                                    const RegionList& reserved, const Walk& walk) {
  const auto of_memory = memory.changes_since(kind.memory);
  const auto of_reserved = reserved.changes_since(kind.reserved);
  if (!kind.kept || !of_memory || !of_reserved) {
    kind.make_anew(walk);
  } else if (!of_memory->empty() || !of_reserved->empty()) {
    std::vector<PhysRange> changed(of_memory->begin(), of_memory->end());
    changed.insert(changed.end(), of_reserved->begin(), of_reserved->end());
    kind.look_anew(std::move(changed), walk);
  }
  kind.memory = memory.changes();
  kind.reserved = reserved.changes();
}

std::optional<PhysRange> PiecesBySize::smallest(const FindRequest& request, std::uint64_t grain,
                                                const RegionList& memory,
                                                const RegionList& reserved, const Walk& walk) {
  Kind& kind = kind_of(request, grain);
  if (std::exchange(kind.asked, true)) {
    bring_up_to_date(kind, memory, reserved, walk);
    return kind.smallest(request);
  }
  std::optional<PhysRange> best;
  const std::uint64_t stop = end_of(request.limits);
  for (auto r = walk(base_of(request.limits), stop); r; r = walk(end_of(*r), stop)) {
    for (const PhysRange p : pieces_of(*r, grain)) {
      // Of those as large as each other the last, which is the highest.
      if (holds_block(p, request) && (!best || p.size() <= best->size())) best = p;
    }
  }
  return best;
}

}  // namespace memmap::memblock
