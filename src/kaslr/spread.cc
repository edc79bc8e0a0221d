#include <set>

#include "kaslr/possible_places.h"

namespace memmap::kaslr {

std::vector<std::uint64_t> spread_over(const PossiblePlaces& places, std::uint64_t most) {
  std::set<std::uint64_t> out;
  const std::uint64_t count = places.count();
  if (count <= most) {
    for (std::uint64_t n = 0; n < count; ++n) out.insert(n);
    return {out.begin(), out.end()};
  }
  std::uint64_t at = 0;
  for (const SlotArea& area : places.slots.areas) {
    if (out.size() + 2 > most) break;
    out.insert({at, at + area.count - 1});
    at += area.count;
  }
  const std::uint64_t spread = most - out.size();
  for (std::uint64_t i = 1; i <= spread; ++i) {
    // At most 2^31 places: 52 bits of addresses, 2 MiB apart.
    out.insert((count - 1) * i / (spread + 1));
  }
  // An area's end may be one of these.
  for (std::uint64_t n = 0; out.size() < most; ++n) out.insert(n);
  return {out.begin(), out.end()};
}

}  // namespace memmap::kaslr
