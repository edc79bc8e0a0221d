// A zone's free lists as the kernel has them, held as runs.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "base/address.h"
#include "buddy/free_area.h"

namespace memmap::buddy {

enum class Place { head, tail };

// A block of 2^order pages.
struct Block {
  std::uint64_t pfn = 0;
  unsigned order = 0;
  MigrateType type = MigrateType::movable;  // of the list that it is in
};

// One list per order and migrate type, and where in memory their blocks are. Blocks that follow
// each other in a list and in memory are one run, so that a zone of any size costs as much as it has
// runs; every operation on one block takes O(log(runs)).
//
// Blocks are aligned to their size and disjoint: adding one that overlaps a free one, or removing
// one that is not there, is the caller's mistake.
class FreeLists {
 public:
  FreeLists() = default;
  explicit FreeLists(const FreeArea& ascending);  // each list ascending from its head
  explicit FreeLists(const OrderedLists& lists);
  FreeLists(const FreeLists& other);
  FreeLists(FreeLists&&) = default;
  ~FreeLists() = default;

  // `count` blocks at the list's tail, ascending from block.pfn on.
  void append(Block block, std::uint64_t count);
  // One after the other to the list's head: the last of them is its first.
  void prepend(Block block, std::uint64_t count);
  void add(Block block, Place place);
  void remove(std::uint64_t pfn, unsigned order);
  // The free block that `pfn` is in.
  std::optional<Block> at(std::uint64_t pfn) const;
  // The first free block that lies in [from, end) whole.
  std::optional<Block> next(std::uint64_t from, std::uint64_t end) const;
  bool is_block(std::uint64_t pfn, unsigned order) const;
  std::optional<std::uint64_t> head(unsigned order, MigrateType type) const;
  bool empty(unsigned order, MigrateType type) const { return list(order, type).empty(); }

  std::uint64_t pages(MigrateType type) const { return pages_[static_cast<std::size_t>(type)]; }
  std::uint64_t pages() const;                                             // of all types
  std::uint64_t nr_free(unsigned order) const { return nr_free_[order]; }  // blocks
  std::size_t runs() const { return by_address_.size(); }

  FreeArea ascending() const;
  OrderedLists ordered() const;

 private:
  struct Run {
    std::uint64_t low = 0;  // the lowest page frame
    std::uint64_t count = 0;
    bool falling = false;  // the list has the highest block first
    unsigned order = 0;
    MigrateType type = MigrateType::movable;

    std::uint64_t end() const { return low + (count << order); }
  };
  using List = std::list<Run>;
  using Index = std::map<std::uint64_t, List::iterator>;

  List& list(unsigned order, MigrateType type) {
    return lists_[order][static_cast<std::size_t>(type)];
  }
  const List& list(unsigned order, MigrateType type) const {
    return lists_[order][static_cast<std::size_t>(type)];
  }
  Index::const_iterator run_of(std::uint64_t pfn) const;
  bool join(List::iterator run, Block block, Place place);
  void index_all();
  void count(unsigned order, MigrateType type, std::uint64_t blocks);
  void uncount(unsigned order, MigrateType type);

  std::array<std::array<List, kMigrateTypes>, kMaxOrder + 1> lists_{};
  Index by_address_{};  // by lowest page frame
  std::array<std::uint64_t, kMigrateTypes> pages_{};
  std::array<std::uint64_t, kMaxOrder + 1> nr_free_{};
};

}  // namespace memmap::buddy
