#include "report/map/labels.h"

#include <algorithm>
#include <cstddef>

namespace memmap::report {

// Less i * distance each, heights need only not descend: where they do, neighbours share their mean.
std::vector<double> spread(std::span<const double> wanted, double distance, double top,
                           double bottom) {
  struct Pool {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    pools.push_back({wanted[i] - (distance * static_cast<double>(i)), 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  const double highest =
      wanted.empty() ? top : bottom - (distance * static_cast<double>(wanted.size() - 1));
  std::vector<double> out;
  for (const Pool& pool : pools) {
    const double at = std::clamp(pool.mean(), top, std::max(top, highest));
    for (std::size_t n = 0; n < pool.count; ++n)
      out.push_back(at + (distance * static_cast<double>(out.size())));
  }
  return out;
}

}  // namespace memmap::report
