// Ranges cut into aligned blocks of powers of two, as the page allocator keeps its pages.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace memmap {

// Calls `take(order, first, count)` for `count` blocks of 2^order units from `first` on, in
// ascending order: [first, end) whole, each block as large as its place and `max_order` allow.
// Only of the largest there may be more than one in a call.
//
//   unit     3 4       8               16              24  26
//   range    |=========================================|===|
//   orders    0  2       3       3       (or one of 4)   1
template <class Take>
constexpr void each_block(std::uint64_t first, std::uint64_t end, unsigned max_order,
                          const Take& take) {
  while (first < end) {
    const auto aligned = static_cast<unsigned>(std::countr_zero(first));
    const auto fits = static_cast<unsigned>(std::bit_width(end - first)) - 1;
    const unsigned order = std::min({max_order, aligned, fits});
    const std::uint64_t count = order == max_order ? (end - first) >> order : 1;
    take(order, first, count);
    first += count << order;
  }
}

}  // namespace memmap
