#include "boot/owners.h"

#include <algorithm>

namespace memmap::boot {

void Owners::split(std::uint64_t at) {
  auto it = pieces_.upper_bound(at);
  if (it == pieces_.begin()) return;
  --it;
  if (it->first == at || it->second.end <= at) return;
  const Piece tail = it->second;
  it->second.end = at;
  pieces_.emplace(at, tail);
}

void Owners::reserve(PhysRange range, const memblock::Caller& caller) {
  std::uint64_t base = raw(range.base());
  const std::uint64_t end = raw(range.end());
  auto it = pieces_.upper_bound(base);
  if (it != pieces_.begin()) base = std::max(base, std::prev(it)->second.end);
  while (base < end) {
    const std::uint64_t stop = it == pieces_.end() ? end : std::min(end, it->first);
    if (base < stop) pieces_.emplace_hint(it, base, Piece{stop, caller});
    if (it == pieces_.end()) return;
    base = std::max(stop, it->second.end);
    ++it;
  }
}

void Owners::free(PhysRange range) {
  split(raw(range.base()));
  split(raw(range.end()));
  pieces_.erase(pieces_.lower_bound(raw(range.base())), pieces_.lower_bound(raw(range.end())));
}

std::vector<Owned> Owners::of(std::span<const memblock::Region> regions) const {
  std::vector<Owned> out;
  for (const memblock::Region& r : regions) {
    auto it = pieces_.upper_bound(raw(r.range.base()));
    if (it != pieces_.begin()) --it;
    for (; it != pieces_.end() && it->first < raw(r.range.end()); ++it) {
      const PhysRange part = PhysRange::make(it->first, it->second.end).intersect(r.range);
      if (part.empty()) continue;
      const memblock::Caller& caller = it->second.caller;
      const std::string_view function = caller.asker.empty() ? caller.function : caller.asker;
      if (!out.empty() && out.back().range.end() == part.base() &&
          out.back().owner == caller.owner && out.back().function == function) {
        out.back().range = PhysRange::make(raw(out.back().range.base()), raw(part.end()));
      } else {
        out.push_back({part, std::string(caller.owner), std::string(function)});
      }
    }
  }
  return out;
}

}  // namespace memmap::boot
