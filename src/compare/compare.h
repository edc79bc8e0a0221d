// One boot under several allocation policies: what each left, and which left more.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "boot/outcome.h"
#include "memblock/policy.h"

namespace memmap::compare {

// Whether allocations that want a node get it; bytes.
struct NodeTally {
  std::uint64_t kept = 0;    // on the node that was asked for
  std::uint64_t lost = 0;    // elsewhere, for lack of room there
  std::uint64_t wanted = 0;  // size of the search before, which found nothing on its node; 0: none
};

// Stands between memblock and the policy that decides, and counts. Two of a boot, one for each
// direction of memblock's searches, share a tally. All must outlive this.
class NodeCount : public memblock::AllocationPolicy {
 public:
  NodeCount(memblock::AllocationPolicy& policy, NodeTally& tally)
      : policy_(policy), tally_(tally) {}
  std::optional<PhysAddr> choose(const memblock::FindRequest& request,
                                 memblock::FreeRanges& ranges) override;

 private:
  memblock::AllocationPolicy& policy_;
  NodeTally& tally_;
};

// What one policy left. Free memory is what memblock has left at the hand-over in whole pages, be
// it handed over at once or later, cut as the page allocator cuts it.
struct Left {
  std::string policy{};
  bool panicked = false;
  std::uint64_t free_bytes = 0;
  std::uint64_t largest_free = 0;            // bytes of the largest contiguous free range
  std::vector<std::uint64_t> free_blocks{};  // by order, 0 to 10
  std::map<std::uint64_t, std::uint64_t> direct_map{};  // pages of the direct map by their size
  std::uint64_t low_dma = 0;                            // free bytes below 16 MiB
  std::uint64_t low_dma32 = 0;                          // free bytes below 4 GiB
  std::uint64_t nodes_kept = 0;                         // bytes on the node that was asked for
  std::uint64_t nodes_lost = 0;
  unsigned rank = 0;  // from 1; equals share one
};

Left left_of(std::string policy, const boot::Outcome& outcome, const NodeTally& nodes);

// Puts the best first and sets their ranks. The first difference decides, in this order: a boot
// that did not panic; the larger largest free range; more free blocks of the highest order, then of
// the next below, and so on; fewer pages in the direct map; more free below 4 GiB, then below
// 16 MiB; more bytes on the node that was asked for. Without any difference the order stays.
void rank(std::vector<Left>& results);

}  // namespace memmap::compare
