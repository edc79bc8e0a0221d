#include <fmt/format.h>

#include <algorithm>

#include "report/text/proc.h"

namespace memmap::report {
namespace {

void write(std::string& out, const std::vector<boot::Resource>& resources, unsigned depth) {
  constexpr unsigned kDeepest = 5;  // MAX_IORES_LEVEL
  for (const boot::Resource& r : resources) {
    fmt::format_to(std::back_inserter(out), "{:{}}{:08x}-{:08x} : {}\n", "",
                   2 * std::min(depth, kDeepest), raw(r.range.base()), raw(r.range.end()) - 1,
                   r.name);
    write(out, r.children, depth + 1);
  }
}

}  // namespace

std::string to_iomem(const boot::Outcome& outcome) {
  std::string out;
  if (outcome.totals.mem_total_kib) write(out, outcome.state.iomem.resources(), 0);
  return out;
}

}  // namespace memmap::report
