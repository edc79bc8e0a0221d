// Rules on the zones that a line asks for.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/check.h"

namespace memmap::lint {
namespace {

bool has_movable_zone(const boot::Outcome& outcome) {
  return std::ranges::any_of(outcome.state.node_states, [](const boot::NodeState& node) {
    return std::ranges::any_of(node.zones, [](const boot::ZoneState& z) {
      return z.zone.type == zones::ZoneType::movable && z.zone.spanned_pages != 0;
    });
  });
}

bool is_mirror(const kernel::Parameter& p) {
  return p.value && kernel::parse_option_str(*p.value, "mirror");
}

}  // namespace

// kernel: find_zone_movable_pfns_for_nodes(), mm/mm_init.c, v6.12 and v7.2
void movable_idle(Check& check) {
  constexpr std::string_view kRule = "find_zone_movable_pfns_for_nodes(), mm/mm_init.c";
  const std::vector<const kernel::Parameter*> cores = check.named("kernelcore");
  // Before the boot, which no line that names neither is worth.
  if ((cores.empty() && check.named("movablecore").empty()) || check.outcome().panicked) return;
  const auto find = [&](const kernel::Parameter& p, std::string_view why, std::string_view advice) {
    if (check.is_found(p)) return;
    check.find(p, {fmt::format("`{}` is void", check.line().substr(p.at, p.size)),
                   fmt::format("{} ({})", why, kRule), std::string(advice)});
  };
  const bool by_node = check.profile().memory_hotplug && !check.named("movable_node").empty();
  const bool by_mirror =
      std::ranges::any_of(cores, [](const kernel::Parameter* p) { return is_mirror(*p); });
  const bool has_zone = has_movable_zone(check.outcome());
  for (const std::string_view name : {"kernelcore", "movablecore"}) {
    for (const kernel::Parameter* p : check.named(name)) {
      if (by_node) {
        find(*p, "with movable_node only memory that may be unplugged is movable",
             "keep one of them");
      } else if (is_mirror(*p)) {
        continue;  // the kernel tells
      } else if (by_mirror) {
        find(*p, "kernelcore=mirror goes before sizes and percentages", "keep one of them");
      } else if (!has_zone) {
        find(*p,
             "no ZONE_MOVABLE is made: the kernel's share is all of memory, none of it, or all of "
             "the "
             "highest zone",
             "ask for a share of memory that leaves both some: movablecore=50%");
      }
    }
  }
}

}  // namespace memmap::lint
