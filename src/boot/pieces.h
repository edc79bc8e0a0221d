// Disjoint pieces of the address space, each with something attached: a map from where a piece begins
// to a struct with its `end`.
#pragma once

#include <cstdint>
#include <iterator>
#include <utility>

namespace memmap::boot {

// Afterwards no piece lies on both sides of `at`.
template <class Pieces>
void split_at(Pieces& pieces, std::uint64_t at) {
  auto it = pieces.upper_bound(at);
  if (it == pieces.begin()) return;
  --it;
  if (it->first == at || it->second.end <= at) return;
  auto tail = it->second;
  it->second.end = at;
  pieces.emplace(at, std::move(tail));
}

// Cuts [base, end) out.
template <class Pieces>
void cut_out(Pieces& pieces, std::uint64_t base, std::uint64_t end) {
  split_at(pieces, base);
  split_at(pieces, end);
  pieces.erase(pieces.lower_bound(base), pieces.lower_bound(end));
}

}  // namespace memmap::boot
