#include "boot/owners.h"

#include <algorithm>

#include "boot/pieces.h"

namespace memmap::boot {
namespace {

bool same(const memblock::Caller& a, const memblock::Caller& b) {
  return a.function == b.function && a.owner == b.owner && a.asker == b.asker;
}

}  // namespace

// Joined with what the same caller has on either side: pages taken one by one, downwards as a rule,
// are one piece.
void Owners::add(Pieces::iterator above, std::uint64_t base, std::uint64_t end,
                 const memblock::Caller& caller) {
  if (above != pieces_.end() && above->first == end && same(above->second.caller, caller)) {
    end = above->second.end;
    auto node = pieces_.extract(above++);
    node.key() = base;
    above = pieces_.insert(above, std::move(node));
  } else {
    above = pieces_.emplace_hint(above, base, Piece{end, caller});
  }
  if (above == pieces_.begin()) return;
  const auto below = std::prev(above);
  if (below->second.end != base || !same(below->second.caller, caller)) return;
  below->second.end = end;
  pieces_.erase(above);
}

void Owners::reserve(PhysRange range, const memblock::Caller& caller) {
  std::uint64_t base = raw(range.base());
  const std::uint64_t end = raw(range.end());
  auto it = pieces_.upper_bound(base);
  if (it != pieces_.begin()) base = std::max(base, std::prev(it)->second.end);
  while (base < end) {
    const std::uint64_t stop = it == pieces_.end() ? end : std::min(end, it->first);
    const auto next = it == pieces_.end() ? it : std::next(it);
    const std::uint64_t had = it == pieces_.end() ? end : it->second.end;
    if (base < stop) add(it, base, stop, caller);
    base = had;
    it = next;
  }
}

void Owners::free(PhysRange range) { cut_out(pieces_, raw(range.base()), raw(range.end())); }

std::vector<Owned> Owners::of(std::span<const memblock::Region> regions) const {
  std::vector<Owned> out;
  memblock::Purpose last;  // of out.back()
  for (const memblock::Region& r : regions) {
    auto it = pieces_.upper_bound(raw(r.range.base()));
    if (it != pieces_.begin()) --it;
    for (; it != pieces_.end() && it->first < raw(r.range.end()); ++it) {
      const PhysRange part = PhysRange::make(it->first, it->second.end).intersect(r.range);
      if (part.empty()) continue;
      const memblock::Caller& caller = it->second.caller;
      const std::string_view function = caller.asker.empty() ? caller.function : caller.asker;
      if (!out.empty() && out.back().range.end() == part.base() && last == caller.owner &&
          out.back().function == function) {
        out.back().range = PhysRange::make(raw(out.back().range.base()), raw(part.end()));
      } else {
        out.push_back({part, caller.owner.owner(), caller.owner.words(), std::string(function)});
        last = caller.owner;
      }
    }
  }
  return out;
}

}  // namespace memmap::boot
