#include "boot/x86/possible_cpus.h"

#include <algorithm>
#include <limits>

#include "kernel/behaviour.h"

namespace memmap::boot {
namespace {

// What the parameters come to; each is read where it stands, the last one holds.
struct Limits {
  unsigned nr_cpus = 0;              // nr_cpu_ids
  std::optional<unsigned> possible;  // possible_cpus=; a negative number is a very large one
};

// kernel: nrcpus(), kernel/smp.c; setup_possible_cpus(), v6.1 and v6.12
Limits limits_of(const kernel::Profile& profile, const std::vector<kernel::Parameter>& parameters) {
  Limits out{.nr_cpus = nr_cpus(profile)};
  for (const kernel::Parameter& p : parameters) {
    const auto number = kernel::get_option(p.value);
    if (kernel::parameq(p.name, "possible_cpus") && number) {
      out.possible = static_cast<unsigned>(*number);
    }
    if (kernel::parameq(p.name, "nr_cpus") && number && *number > 0) {
      out.nr_cpus = std::min(out.nr_cpus, static_cast<unsigned>(*number));
    }
  }
  return out;
}

}  // namespace

std::optional<unsigned> max_cpus_by(const kernel::Parameter& p) {
  if (kernel::parameq(p.name, "nosmp")) return 0;
  if (!kernel::parameq(p.name, "maxcpus") || !p.value || p.value->empty()) return std::nullopt;
  const bool negative = p.value->starts_with('-');
  const auto number = kernel::simple_strtoull(std::string_view(*p.value).substr(negative));
  return static_cast<unsigned>(negative ? 0 - number.value : number.value);
}

unsigned setup_max_cpus(const std::vector<kernel::Parameter>& parameters) {
  unsigned most = std::numeric_limits<unsigned>::max();
  for (const kernel::Parameter& p : parameters) most = max_cpus_by(p).value_or(most);
  return most;
}

unsigned nr_cpus(const kernel::Profile& profile) {
  const kernel::Number& row = config::NR_CPUS;
  return static_cast<unsigned>(std::clamp(profile.number(row), row.smallest, row.largest));
}

unsigned possible_cpus(const CpuFacts& cpu, const kernel::Profile& profile,
                       const std::vector<kernel::Parameter>& parameters) {
  if (!profile.has(config::SMP)) return 1;
  const Limits limits = limits_of(profile, parameters);
  const unsigned listed = std::max(1u, cpu.possible.value_or(1));
  if (setup_max_cpus(parameters) == 0) return 1;
  unsigned possible = listed;
  if (limits.possible) {
    const bool is_limit = kernel::behaviour_of(profile).possible_cpus_is_a_limit;
    possible = is_limit ? std::min(listed, *limits.possible) : *limits.possible;
    // A negative number is no limit to the older kernels' signed comparison.
    if (!is_limit && static_cast<int>(possible) < 0) possible = listed;
  }
  return std::clamp(possible, 1u, limits.nr_cpus);
}

}  // namespace memmap::boot
