#include "boot/state.h"

namespace memmap::boot {

std::vector<zones::Node> zone_nodes(const State& state) {
  std::vector<zones::Node> out;
  for (const NodeState& n : state.node_states) {
    zones::Node node{n.nid, n.start_pfn, n.spanned_pages, n.present_pages, {}};
    for (const ZoneState& z : n.zones) node.zones.push_back(z.zone);
    out.push_back(std::move(node));
  }
  return out;
}

}  // namespace memmap::boot
