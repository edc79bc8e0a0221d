#include "boot/page_allocator.h"

#include <algorithm>
#include <iterator>

#include "boot/distances.h"

namespace memmap::boot {

const std::vector<int>& zonelist_nodes(const Inputs& in, const State& state) {
  return in.behaviour.zonelist_of_possible_nodes ? state.possible_nodes : state.online_nodes;
}

buddy::AllocatorOptions allocator_options(const Inputs& in, const State& state) {
  std::vector<int> bare;
  std::ranges::set_difference(zonelist_nodes(in, state), state.nodes.online,
                              std::back_inserter(bare));
  return {.handoff = {.max_low_pfn = state.max_pfn,
                      .deferred_init = in.defers_struct_pages,
                      .pages_at_once = state.pages_at_once,
                      .kernelcore_mirror = in.mirrored_kernelcore(),
                      .max_page_order = in.profile.max_page_order,
                      .pageblock_order = in.profile.pageblock_order,
                      .behaviour = in.behaviour},
          .distance = NodeDistances(in, state),
          .bare_nodes = std::move(bare),
          .zone_dma32 = in.profile.has(config::ZONE_DMA32),
          .transparent_hugepages = in.profile.has(config::TRANSPARENT_HUGEPAGE)};
}

buddy::Allocator page_allocator(const State& state, const buddy::AllocatorOptions& options) {
  buddy::Handoff handoff;
  handoff.pageblocks = state.pageblocks;
  for (const NodeState& node : state.node_states) {
    for (const ZoneState& z : node.zones) {
      handoff.zones.push_back({.nid = node.nid,
                               .type = z.zone.type,
                               .managed_pages = z.managed_pages,
                               .unsorted = z.lists,
                               .deferred = z.deferred});
    }
  }
  return {state.memblock.memory().regions(), zone_nodes(state), handoff, options};
}

}  // namespace memmap::boot
