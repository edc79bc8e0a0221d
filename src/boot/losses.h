// RAM that the kernel gives up before the hand-over: which bytes, and who took them out of its map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "boot/state.h"

namespace memmap::boot {

// Disjoint and ascending. What was lost, came back and was lost again is the last one's.
struct Loss {
  PhysRange range{};
  std::string function{};  // of the kernel: `mtrr_trim_uncached_memory`
  // What asked for it: a parameter (`mem=700M`), a trim with its reason; empty: the function itself.
  std::string by{};
  std::size_t told = 0;  // what the story had told before: Story::told()
};

// Compares what the kernel holds for RAM from one look to the next: its e820 table until memblock
// has memory, memblock.memory from then on.
class Losses {
 public:
  // What was RAM at the last look and is no longer was lost to `function`, asked for by `by`, after
  // the story had told `told` things. Takes O(n log n) where something changed, else O(1).
  void look(const State& state, std::size_t told, std::string_view function,
            std::string_view by = {});

  std::vector<Loss> take() &&;

 private:
  struct Stamp {
    std::uint64_t table = 0;
    std::uint64_t bytes = 0;
    std::uint64_t regions = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Piece {
    std::uint64_t end = 0;
    std::string function{};
    std::string by{};
    std::size_t told = 0;
  };

  void lose(std::uint64_t base, std::uint64_t end, const Piece& how);

  Stamp stamp_{};
  std::vector<PhysRange> ram_{};             // at the last look; disjoint, ascending
  std::map<std::uint64_t, Piece> pieces_{};  // by base; disjoint
};

}  // namespace memmap::boot
