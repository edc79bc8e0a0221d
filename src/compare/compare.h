// One boot under several allocation policies: what each has left, and in which order they rank.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "boot/outcome.h"
#include "memblock/policy.h"

namespace memmap::compare {

// Bytes of the allocations that asked for a node.
struct NodeTally {
  std::uint64_t kept = 0;    // on that node
  std::uint64_t lost = 0;    // elsewhere, as there was no room on it
  std::uint64_t wanted = 0;  // of the search before this, if it found nothing on its node; else 0
};

// A policy that asks another and counts what comes of it. A boot has two, one for each direction of
// searches, that share a tally. Policy and tally must outlive this.
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

// What one policy has left. Free memory is whole pages that memblock has free at the hand-over,
// whether the page allocator gets them at once or later; blocks are as it cuts them.
struct Left {
  std::string policy{};  // its name
  bool panicked = false;
  std::uint64_t free_bytes = 0;
  std::uint64_t largest_free = 0;                       // bytes of the largest free range
  std::vector<std::uint64_t> free_blocks{};             // how many by order, 0 to 10
  std::map<std::uint64_t, std::uint64_t> direct_map{};  // pages of the direct map by size in bytes
  std::uint64_t low_dma = 0;                            // free bytes below 16 MiB
  std::uint64_t low_dma32 = 0;                          // free bytes below 4 GiB
  std::uint64_t nodes_kept = 0;                         // as NodeTally has them
  std::uint64_t nodes_lost = 0;
  unsigned rank = 0;  // from 1; equals share one; 0: not ranked yet
};

// Takes stock of the boot that `policy` made. No rank is set.
Left left_of(std::string policy, const boot::Outcome& outcome, const NodeTally& nodes);

// Sorts the results, the best first, and sets their ranks. The first difference decides, in this
// order: a boot that did not panic; the larger largest free range; more free blocks of the highest
// order, then of the next below, and so on; fewer pages in the direct map; more free bytes below
// 4 GiB, then below 16 MiB; more bytes on the node that was asked for. Equals keep their order.
void rank(std::vector<Left>& results);

}  // namespace memmap::compare
