#include "boot/cpus.h"

#include <algorithm>
#include <charconv>
#include <ranges>

namespace memmap::boot {
namespace {

constexpr unsigned kUsualMost = 8192;  // NR_CPUS

const kernel::Parameter* last_of(const std::vector<kernel::Parameter>& parameters,
                                 std::string_view name) {
  for (const kernel::Parameter& p : parameters | std::views::reverse) {
    if (kernel::parameq(p.name, name)) return &p;
  }
  return nullptr;
}

// A decimal or hexadecimal number at the front. kernel: get_option(), lib/cmdline.c
std::optional<unsigned> number_of(const std::vector<kernel::Parameter>& parameters,
                                  std::string_view name) {
  const kernel::Parameter* p = last_of(parameters, name);
  if (p == nullptr || !p->value) return std::nullopt;
  const kernel::Parsed parsed = kernel::memparse(*p->value);
  if (parsed.rest.size() == p->value->size() || parsed.value > kUsualMost) return std::nullopt;
  return static_cast<unsigned>(parsed.value);
}

bool has(const std::vector<kernel::Parameter>& parameters, std::string_view name) {
  return last_of(parameters, name) != nullptr;
}

struct Limits {
  unsigned most = kUsualMost;          // nr_cpu_ids before the processors are counted
  std::optional<unsigned> asked{};     // of that, by nr_cpus=
  bool one = false;                    // nosmp, maxcpus=0
  bool no_apic = false;                // nolapic
  std::optional<unsigned> possible{};  // possible_cpus=
};

Limits limits_of(const kernel::Profile& profile, const std::vector<kernel::Parameter>& parameters) {
  Limits limits;
  if (const auto built = profile.number("NR_CPUS"); built > 0 && built <= kUsualMost) {
    limits.most = static_cast<unsigned>(built);
  }
  if (const auto n = number_of(parameters, "nr_cpus"); n && *n > 0 && *n < limits.most) {
    limits.most = *n;
    limits.asked = *n;
  }
  limits.no_apic = has(parameters, "nolapic") || has(parameters, "disableapic");
  limits.one = has(parameters, "nosmp") || number_of(parameters, "maxcpus") == 0u;
  limits.possible = number_of(parameters, "possible_cpus");
  return limits;
}

// Processors that are not enabled and may be plugged in later. Since 6.9 (the rule stands in 6.12,
// not in 6.1) a machine that runs on the bare processor has none but those that say so.
// kernel: acpi_is_processor_usable(), arch/x86/kernel/acpi/boot.c, v6.1 and v6.12
unsigned pluggable(const Machine& machine, const kernel::Profile& profile) {
  const ListedCpus& cpus = *machine.listed_cpus;
  if (cpus.has_online_capable.value_or(false)) return cpus.online_capable;
  const bool counts = profile.version < kernel::Version{6, 9, 0} || !machine.cpu.hypervisor.empty();
  return counts ? cpus.online_capable + cpus.disabled : 0;
}

CpuCount by_table(const Machine& machine, const kernel::Profile& profile, const Limits& limits) {
  const unsigned others = pluggable(machine, profile);
  const unsigned enabled = std::max(1u, machine.listed_cpus->enabled);
  CpuCount count{.origin = CpuCount::Origin::madt};
  if (limits.no_apic) return count;
  if (profile.version < kernel::Version{6, 9, 0}) {
    count.present = std::min(enabled, limits.most);
    const unsigned listed = limits.one ? count.present : enabled + others;
    count.possible = std::min(limits.possible.value_or(listed), limits.most);
    if (limits.one) count.possible = std::min(count.possible, 1u);
    count.present = std::min(count.present, count.possible);
  } else {
    unsigned most = limits.one ? 1 : limits.most;
    most = std::min(most, std::max(1u, limits.possible.value_or(most)));
    count.possible = std::min(enabled + others, most);
    count.present = std::min(enabled, count.possible);
  }
  count.possible = std::max(count.possible, 1u);
  count.present = std::max(count.present, 1u);
  return count;
}

CpuCount as_told(const Machine& machine, const Limits& limits) {
  const auto told = machine.cpu.possible;
  CpuCount count{.origin = told ? CpuCount::Origin::told : CpuCount::Origin::assumed};
  const unsigned most = limits.one || limits.no_apic ? 1 : limits.asked.value_or(kUsualMost);
  count.possible = std::clamp(told.value_or(1), 1u, most);
  count.present = std::min(machine.cpu.present.value_or(count.possible), count.possible);
  return count;
}

}  // namespace

CpuCount count_cpus(const Machine& machine, const kernel::Profile& profile,
                    const std::vector<kernel::Parameter>& parameters) {
  const Limits limits = limits_of(profile, parameters);
  const kernel::Parameter* acpi = last_of(parameters, "acpi");
  const bool has_acpi = profile.has("ACPI") && (acpi == nullptr || acpi->value != "off");
  const auto& listed = machine.listed_cpus;
  // Without the FADT nobody knows which of those that are not enabled count.
  const bool certain =
      listed && (listed->has_online_capable || listed->online_capable + listed->disabled == 0 ||
                 !machine.cpu.possible);
  if (!has_acpi || !listed || !certain) return as_told(machine, limits);
  CpuCount count = by_table(machine, profile, limits);
  if (machine.cpu.possible && *machine.cpu.possible != count.possible) {
    count.other = machine.cpu.possible;
  }
  return count;
}

}  // namespace memmap::boot
