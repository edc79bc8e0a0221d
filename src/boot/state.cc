#include "boot/state.h"

namespace memmap::boot {

std::optional<PhysAddr> PerCpuUnits::phys(std::uint64_t cpu, std::uint64_t offset) const {
  if (piece_size == 0 || offset / piece_size >= pieces_of_each) return std::nullopt;
  const std::uint64_t piece = cpu * pieces_of_each + offset / piece_size;
  if (piece >= pieces.size()) return std::nullopt;
  return PhysAddr{raw(pieces[piece]) + offset % piece_size};
}

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
