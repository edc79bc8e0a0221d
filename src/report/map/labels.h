// Where labels stand, so that none covers another.
#pragma once

#include <span>
#include <vector>

namespace memmap::report {

// Heights for labels that would stand at `wanted` (ascending): at least `distance` apart, within
// [top, bottom], and as near to what was wanted as that allows (the squares of all moves are least).
// There must be room for all.
std::vector<double> spread(std::span<const double> wanted, double distance, double top,
                           double bottom);

}  // namespace memmap::report
