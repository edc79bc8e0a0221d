// Who has which byte: the first that asked for it, until it is freed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "memblock/call.h"
#include "memblock/region.h"

namespace memmap::boot {

// A piece of memory that somebody asked for; pieces are disjoint and ascending. What was reserved
// twice belongs to the first who asked.
struct Owned {
  PhysRange range{};
  const memblock::Owner* owner = nullptr;  // what it is for, a constant; null: not recorded
  std::string words{};                     // the owner's, and which it is: `data of node 1`
  std::string function{};                  // the kernel function that asked
};

// Follows memblock's calls; memblock itself keeps no owners, and its regions join across them.
class Owners {
 public:
  // The bytes of `range` that nobody has are `caller`'s from now on.
  //
  //   had by     |==kernel==|      |=initrd=|
  //   reserve          |----------------|
  //   then has   |==kernel==|=new==|=initrd=|
  //
  void reserve(PhysRange range, const memblock::Caller& caller);
  // Nobody has `range` any more.
  void free(PhysRange range);

  // What is had of `regions` (sorted, disjoint), ascending; touching pieces of one owner and
  // function are one.
  std::vector<Owned> of(std::span<const memblock::Region> regions) const;

 private:
  struct Piece {
    std::uint64_t end = 0;
    memblock::Caller caller{};
  };
  using Pieces = std::map<std::uint64_t, Piece>;  // by base; disjoint

  // [base, end), which nobody has; `above` is the first piece behind it.
  void add(Pieces::iterator above, std::uint64_t base, std::uint64_t end,
           const memblock::Caller& caller);

  Pieces pieces_{};
};

}  // namespace memmap::boot
