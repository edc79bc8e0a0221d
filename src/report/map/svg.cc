#include "report/map/svg.h"

#include <fmt/format.h>

#include <cmath>

namespace memmap::report {

std::string px(double value) {
  const auto tenths = static_cast<long long>(std::llround(value * 10));
  if (tenths % 10 == 0) return fmt::format("{}", tenths / 10);
  const long long size = tenths < 0 ? -tenths : tenths;
  return fmt::format("{}{}.{}", tenths < 0 ? "-" : "", size / 10, size % 10);
}

}  // namespace memmap::report
