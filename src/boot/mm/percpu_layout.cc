#include "boot/mm/percpu_layout.h"

#include <algorithm>
#include <limits>

#include "base/address.h"
#include "base/align.h"

namespace memmap::boot::percpu {
namespace {

constexpr std::uint64_t kMinUnit = 32 * kKiB;  // PCPU_MIN_UNIT_SIZE

bool divides_into_pages(std::uint64_t size, std::uint64_t parts) {
  return size % parts == 0 && is_aligned(size / parts, kPageSize);
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// The most units in an area that waste no more than a third of the processors' number, of those
// that need the fewest areas.
std::uint64_t best_units(const std::vector<Group>& groups, std::uint64_t area, std::uint64_t most,
                         std::uint64_t cpus) {
  std::uint64_t least_areas = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t best = 1;
  for (std::uint64_t units = most; units > 0; --units) {
    if (!divides_into_pages(area, units)) continue;
    std::uint64_t areas = 0;
    std::uint64_t wasted = 0;
    for (const Group& g : groups) {
      const std::uint64_t own = (g.cpus.size() + units - 1) / units;
      areas += own;
      wasted += own * units - g.cpus.size();
    }
    if (wasted > cpus / 3) continue;
    if (areas > least_areas) break;
    least_areas = areas;
    best = units;
  }
  return best;
}

}  // namespace

Layout layout(const Request& request, const std::vector<int>& nodes) {
  Layout out;
  out.static_size = request.static_size;
  out.reserved_size = request.reserved_size;
  const std::uint64_t sum =
      align_up(request.static_size + request.reserved_size + request.dynamic_size, kPageSize);
  out.dynamic_size = sum - request.static_size - request.reserved_size;
  for (unsigned cpu = 0; cpu < nodes.size(); ++cpu) {
    auto group = std::ranges::find(out.groups, nodes[cpu], &Group::nid);
    if (group == out.groups.end()) {
      out.groups.push_back({.nid = nodes[cpu]});
      group = out.groups.end() - 1;
    }
    group->cpus.push_back(cpu);
  }
  const std::uint64_t least_unit = std::max(sum, kMinUnit);
  const std::uint64_t area = round_up(least_unit, request.atom_size);
  std::uint64_t most = area / least_unit;
  while (!divides_into_pages(area, most)) --most;
  const std::uint64_t units = best_units(out.groups, area, most, nodes.size());
  out.unit_size = area / units;
  for (Group& g : out.groups) g.units = round_up(g.cpus.size(), units);
  return out;
}

}  // namespace memmap::boot::percpu
