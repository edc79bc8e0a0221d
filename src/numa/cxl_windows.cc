#include "numa/cxl_windows.h"

#include <algorithm>
#include <utility>

namespace memmap::numa {
namespace {

// False: no block shares memory with the window.
bool fill(std::vector<NodeBlock>& blocks, PhysRange window, bool reaches_neighbours) {
  std::vector<NodeBlock*> shared;
  for (NodeBlock& b : blocks) {
    const bool behind = reaches_neighbours && b.range.base() == window.end();
    if (b.range.overlaps(window) || behind) shared.push_back(&b);
  }
  if (shared.empty()) return false;
  std::ranges::stable_sort(shared, {}, [](const NodeBlock* b) { return b->range.base(); });
  const auto set = [](NodeBlock& b, PhysAddr base, PhysAddr end) {
    b.range = PhysRange::make(raw(base), raw(end));
  };
  NodeBlock& first = *shared.front();
  NodeBlock& last = *shared.back();
  set(first, std::min(first.range.base(), window.base()), first.range.end());
  set(last, last.range.base(), std::max(last.range.end(), window.end()));
  PhysAddr before = first.range.end();
  for (std::size_t i = 1; i < shared.size(); ++i) {
    NodeBlock& b = *shared[i];
    if (before < b.range.base()) set(b, before, b.range.end());
    before = std::max(before, b.range.end());
  }
  return true;
}

// kernel: phys_to_target_node(), arch/x86/mm/numa.c, v6.1
bool has_start(std::span<const NodeBlock> blocks, PhysRange window) {
  return std::ranges::any_of(blocks,
                             [&](const NodeBlock& b) { return b.range.contains(window.base()); });
}

}  // namespace

bool reads_cxl_windows(const kernel::Profile& profile, const kernel::Behaviour& behaviour) {
  return behaviour.cxl_windows_are_nodes &&
         (!behaviour.cxl_windows_want_driver || profile.has(config::CXL_ACPI));
}

WithWindows with_cxl_windows(std::vector<NodeBlock> blocks, std::span<const PhysRange> windows,
                             int next_nid, int most, const kernel::Behaviour& behaviour) {
  WithWindows out{.blocks = std::move(blocks)};
  for (const PhysRange window : windows) {
    const bool known = behaviour.cxl_windows_fill_blocks
                           ? fill(out.blocks, window, behaviour.cxl_windows_reach_neighbours)
                           : has_start(out.blocks, window);
    if (known) continue;
    if (next_nid >= most) break;
    if (behaviour.cxl_windows_are_reserved) {
      out.nodes.push_back(next_nid++);
    } else {
      out.blocks.push_back({window, next_nid++});
    }
  }
  return out;
}

}  // namespace memmap::numa
