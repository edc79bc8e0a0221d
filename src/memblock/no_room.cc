#include "memblock/no_room.h"

#include <algorithm>
#include <bit>

namespace memmap::memblock {
namespace {

// Others are rare, and what is said of one size does not hold for all larger ones.
bool is_usual(const FindRequest& r) {
  return r.size != 0 && std::has_single_bit(r.align) && r.limits.size() >= r.size;
}

bool same_kind(const FindRequest& a, const FindRequest& b) {
  return a.size == b.size && a.align == b.align && a.nid == b.nid && a.flags == b.flags;
}

std::uint64_t last_start(const FindRequest& r) { return raw(r.limits.end()) - r.size; }

}  // namespace

// Where no small block fits, no larger one does.
bool NoRoom::Known::covers(const FindRequest& other) const {
  return from < to && request.size <= other.size && request.align <= other.align &&
         request.nid == other.nid && request.flags == other.flags &&
         request.limits.end() >= other.limits.end();
}

PhysRange NoRoom::left_down(const FindRequest& request) const {
  if (!is_usual(request)) return request.limits;
  const std::uint64_t base = raw(request.limits.base());
  std::uint64_t last = last_start(request);
  for (const Known& k : known_) {
    if (!k.covers(request) || last < k.from || last >= k.to) continue;
    if (k.from <= base) return PhysRange::make(base, base);
    last = k.from - 1;
  }
  return PhysRange::make(base, last + request.size);
}

PhysRange NoRoom::left_up(const FindRequest& request) const {
  if (!is_usual(request)) return request.limits;
  const std::uint64_t end = raw(request.limits.end());
  std::uint64_t first = raw(request.limits.base());
  for (const Known& k : known_) {
    if (!k.covers(request) || first < k.from || first >= k.to) continue;
    first = k.to;
  }
  return PhysRange::make(std::min(first, end), end);
}

void NoRoom::learn_down(const FindRequest& request, std::optional<PhysAddr> found) {
  const std::uint64_t from = found ? raw(*found) + 1 : raw(request.limits.base());
  if (is_usual(request)) learn({request, from, raw(request.limits.end())});
}

void NoRoom::learn_up(const FindRequest& request, std::optional<PhysAddr> found) {
  const std::uint64_t to = raw(found.value_or(request.limits.end()));
  if (is_usual(request)) learn({request, raw(request.limits.base()), to});
}

void NoRoom::learn(const Known& known) {
  const auto same = std::ranges::find_if(
      known_, [&](const Known& k) { return same_kind(k.request, known.request); });
  Known& place = same != known_.end() ? *same : known_[oldest_++ % kKinds];
  place = known;
}

}  // namespace memmap::memblock
