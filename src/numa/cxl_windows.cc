#include "numa/cxl_windows.h"

#include <algorithm>
#include <utility>

namespace memmap::numa {
namespace {

// False: no block shares memory with the window.
bool fill(std::vector<NodeBlock>& blocks, PhysRange window) {
  std::vector<NodeBlock*> shared;
  for (NodeBlock& b : blocks) {
    if (b.range.overlaps(window)) shared.push_back(&b);
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

}  // namespace

std::vector<NodeBlock> with_cxl_windows(std::vector<NodeBlock> blocks,
                                        std::span<const PhysRange> windows, int next_nid,
                                        int most) {
  for (const PhysRange window : windows) {
    if (fill(blocks, window)) continue;
    if (next_nid >= most) break;
    blocks.push_back({window, next_nid++});
  }
  return blocks;
}

}  // namespace memmap::numa
