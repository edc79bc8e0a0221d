// Sorting of what several sorted lists were put into, one behind the other.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace memmap {

// As std::sort(), but in O(n log r) for values that are r ascending runs, up to 64; more are sorted as any are.
template <class T>
void sort_runs(std::vector<T>& values) {
  std::array<std::size_t, 64> ends;  // of runs
  std::size_t runs = 0;
  const auto at = [&](std::size_t n) { return values.begin() + static_cast<std::ptrdiff_t>(n); };
  for (std::size_t start = 0; start < values.size(); start = ends[runs++]) {
    if (runs == ends.size()) return std::sort(values.begin(), values.end());
    const auto end = std::is_sorted_until(at(start), values.end());
    ends[runs] = static_cast<std::size_t>(end - values.begin());
  }
  while (runs > 1) {  // neighbours are merged
    std::size_t merged = 0;
    for (std::size_t n = 0; n + 1 < runs; n += 2) {
      const std::size_t start = merged == 0 ? 0 : ends[merged - 1];
      std::inplace_merge(at(start), at(ends[n]), at(ends[n + 1]));
      ends[merged++] = ends[n + 1];
    }
    if (runs % 2 != 0) ends[merged++] = ends[runs - 1];
    runs = merged;
  }
}

// The same, and of equal values one is left.
template <class T>
void sort_runs_once(std::vector<T>& values) {
  sort_runs(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace memmap
