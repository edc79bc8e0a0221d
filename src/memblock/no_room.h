// What earlier searches learned of the same lists, so that the next one does not learn it again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "memblock/policy.h"

namespace memmap::memblock {

// Where blocks do not fit. Memory in pieces that are used up, one after the other, is walked through
// once, not once for each allocation:
//
//   memory     |====|    |====|    |====|    |====|    |====|
//   reserved                        |===|    |====|    |====|
//   known                          |xxxxxxxxxxxxxxxxxxxxxxxx|   no block of this size begins here
//
// Holds while memory does not grow, reserved does not shrink, and nodes and flags of memory stay;
// whoever changes that forgets it all. Keeps what the last few kinds of search found.
class NoRoom {
 public:
  // The request's limits without what is known at their end (their beginning); a block that fits
  // lies in what is left. Empty: none does.
  PhysRange left_down(const FindRequest& request) const;
  PhysRange left_up(const FindRequest& request) const;

  // A whole search of the request's limits found its highest (lowest) block there, or none.
  void learn_down(const FindRequest& request, std::optional<PhysAddr> found);
  void learn_up(const FindRequest& request, std::optional<PhysAddr> found);

  void forget() { known_ = {}; }

 private:
  // No block of the request's size and alignment begins in [from, to) and ends within its limits.
  struct Known {
    FindRequest request{};
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool covers(const FindRequest& other) const;
  };
  void learn(const Known& known);

  static constexpr std::size_t kKinds = 4;
  std::array<Known, kKinds> known_{};
  std::size_t oldest_ = 0;
};

}  // namespace memmap::memblock
