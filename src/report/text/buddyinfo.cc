#include <fmt/format.h>

#include <vector>

#include "report/text/proc.h"

namespace memmap::report {

std::string to_buddyinfo(const boot::Outcome& outcome, const kernel::Profile& profile) {
  if (!outcome.state.handed_over) return {};
  std::string out;
  for (const boot::NodeState& node : outcome.state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      if (z.zone.present_pages == 0) continue;
      std::vector<std::uint64_t> blocks(profile.max_page_order + 1);
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) blocks[list.order] += run.count;
      }
      out += fmt::format("Node {}, zone {:>8} ", node.nid, zones::name(z.zone.type));
      for (const std::uint64_t number : blocks) out += fmt::format("{:6} ", number);
      out += '\n';
    }
  }
  return out;
}

}  // namespace memmap::report
