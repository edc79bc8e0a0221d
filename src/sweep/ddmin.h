// The smallest list that still does what a long one does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace memmap::sweep {

// Leaves out parts of `items`, of which `does` says yes, as long as it does; what is left keeps its order, and none of it
// can be left out by itself. O(n^2) questions at worst, O(log n) where few items matter.
// Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002
template <class T>
std::vector<T> ddmin(std::vector<T> items, const std::function<bool(const std::vector<T>&)>& does) {
  if (!items.empty() && does({})) return {};
  for (std::size_t parts = 2; items.size() > 1;) {
    parts = std::min(parts, items.size());
    bool less = false;
    for (std::size_t i = 0; i < parts && !less; ++i) {
      const std::size_t from = items.size() * i / parts;
      const std::size_t to = items.size() * (i + 1) / parts;
      std::vector<T> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(to), items.end());
      if (!does(rest)) continue;
      items = std::move(rest);
      less = true;
    }
    if (less) {
      parts = std::max<std::size_t>(parts - 1, 2);
    } else if (parts == items.size()) {
      break;
    } else {
      parts *= 2;
    }
  }
  return items;
}

}  // namespace memmap::sweep
