// The migrate types of a zone's pageblocks.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>

#include "buddy/free_area.h"

namespace memmap::buddy {

// What a pageblock's free pages are for: a map of the first page frame of each run of pageblocks of
// one type. Where nothing was set it is unmovable, which is 0. kernel: set_pageblock_migratetype()
class PageblockTypes {
 public:
  explicit PageblockTypes(unsigned pageblock_order = 9) : order_(pageblock_order) {}

  unsigned order() const { return order_; }
  std::uint64_t pages() const { return 1ull << order_; }  // of one pageblock

  // Of the pageblock that `pfn` is in.
  MigrateType type(std::uint64_t pfn) const {
    const auto next = types_.upper_bound(pfn);
    return next == types_.begin() ? MigrateType::unmovable : std::prev(next)->second;
  }

  // Sets the pageblocks that [start, end) touches: none where it is empty.
  void set(std::uint64_t start, std::uint64_t end, MigrateType type);
  // Those that [start, end) touches alone.
  PageblockTypes part(std::uint64_t start, std::uint64_t end) const;

 private:
  unsigned order_;
  std::map<std::uint64_t, MigrateType> types_{};
};

}  // namespace memmap::buddy
