// The page allocator as the hand-over leaves it, and what a script takes from it and gives back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/gfp.h"
#include "boot/state.h"
#include "buddy/free_area.h"

namespace memmap::access {

// What it takes, it takes as the kernel does at that moment: watermarks are not set up yet, and the
// lists that each processor has in front of the zones' are not modelled.
// kernel: get_page_from_freelist(), __rmqueue(), __free_one_page(), mm/page_alloc.c, v6.12
class PageAllocator {
 public:
  // `max_order`: MAX_PAGE_ORDER; `pageblock_order`: pages of one migrate type. The zones are those of
  // `state`; requests come from the first node that has memory.
  PageAllocator(const boot::State& state, unsigned max_order, unsigned pageblock_order);

  struct Block {
    Pfn first{};
    unsigned order = 0;
    int nid = 0;
    zones::ZoneType zone{};
  };
  // A block of 2^order pages from the first zone of the request's list that has one; nullopt: none has,
  // or there is no such order.
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
  // Blocks of one order and type, in the list's order: what is taken next stands first.
  using List = std::deque<buddy::FreeRun>;
  struct Zone {
    int nid = 0;
    zones::ZoneType type{};
    Pfn start{};
    Pfn end{};
    // By migrate type, then order.
    std::map<int, std::vector<List>> lists{};
    // Pageblocks whose type is no longer movable, by number.
    std::map<std::uint64_t, int> types{};
  };

  std::optional<Pfn> take_smallest(Zone& zone, unsigned order, int type);
  bool steal(Zone& zone, unsigned order, int type);
  bool take_page(Zone& zone, Pfn pfn);
  std::optional<Pfn> take_first(List& list, unsigned order);
  bool take_exactly(List& list, unsigned order, Pfn pfn);
  List& list_of(Zone& zone, int type, unsigned order);
  int type_at(const Zone& zone, Pfn pfn) const;

  unsigned max_order_;
  unsigned pageblock_order_;
  std::vector<Zone> zones_{};  // node by node, ascending by type
  std::map<Pfn, Block> taken_{};
};

}  // namespace memmap::access
