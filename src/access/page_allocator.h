// What a script takes from the page allocator, as the hand-over leaves it, and gives back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "access/gfp.h"
#include "base/address.h"
#include "buddy/allocator.h"

namespace memmap::access {

// Of all blocks it knows which are taken. Watermarks are not set up yet, and no processor has lists of
// its own in front of the zones'.
class PageAllocator {
 public:
  // Requests come from the first node that has memory.
  explicit PageAllocator(buddy::Allocator allocator);

  struct Block {
    Pfn first{};
    unsigned order = 0;
    int nid = 0;
    zones::ZoneType zone{};
  };
  // A block of 2^order pages from the first zone of the request's list that has one; nullopt: none
  // has, or there is no such order.
  std::optional<Block> take(unsigned order, Gfp gfp);
  // These very pages, one by one; false, and nothing is taken, where one is not free.
  bool take_at(Pfn first, std::uint64_t pages);
  // Gives back what take() gave; free buddies become one block.
  void give_back(const Block& block);
  // What take() gave and begins there.
  const Block* taken(Pfn first) const;

  // The block that take() gave which has that page; nullptr: none.
  const Block* taken_with(Pfn pfn) const;
  // The first page above it that one has.
  std::optional<Pfn> next_taken(Pfn pfn) const;

 private:
  buddy::Allocator allocator_;
  std::optional<int> local_{};  // the node; nullopt: none has memory
  std::map<Pfn, Block> taken_{};
};

}  // namespace memmap::access
