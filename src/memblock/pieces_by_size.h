// Free memory by the size of its pieces, for policies that ask for the smallest that fits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "memblock/policy.h"
#include "memblock/region_list.h"

namespace memmap::memblock {

// What FreeRanges::smallest_piece() takes a free range for: one piece, or those before and behind its
// whole blocks of `grain` bytes; none where all of it is whole blocks. Ascending.
std::vector<PhysRange> pieces_of(PhysRange range, std::uint64_t grain);

// Whether a block of the request's size and alignment lies in the piece.
bool holds_block(PhysRange piece, const FindRequest& request);

// Keeps the pieces of the last few kinds of request in order, and looks anew only at what changed in
// the lists since.
class PiecesBySize {
 public:
  // The first free range in [after, stop), cut to that; nullopt: there is none.
  using Walk = std::function<std::optional<PhysRange>(std::uint64_t after, std::uint64_t stop)>;

  // `walk` goes over the free ranges of the request, which come from these two lists.
  std::optional<PhysRange> smallest(const FindRequest& request, std::uint64_t grain,
                                    const RegionList& memory, const RegionList& reserved,
                                    const Walk& walk);

 private:
  // By size, of equals the highest first.
  using Piece = std::pair<std::uint64_t, std::uint64_t>;  // size, ~base

  struct Kind {
    PhysRange limits{};
    int nid = -1;
    std::uint32_t flags = 0;
    std::uint64_t grain = 0;
    bool asked = false;  // once at least: the second time it is worth keeping
    bool kept = false;
    std::uint64_t memory = 0;  // RegionList::changes() of the lists that it was made of
    std::uint64_t reserved = 0;
    std::map<std::uint64_t, std::uint64_t> ranges{};  // base to end
    std::set<Piece> pieces{};

    bool is_of(const FindRequest& request, std::uint64_t of_grain) const;
    void add(PhysRange range);
    void add_all(PhysRange in, const Walk& walk);
    void drop(std::map<std::uint64_t, std::uint64_t>::iterator range);
    void make_anew(const Walk& walk);
    void look_anew(std::vector<PhysRange> changed, const Walk& walk);
    std::optional<PhysRange> smallest(const FindRequest& request) const;
  };
  Kind& kind_of(const FindRequest& request, std::uint64_t grain);
  static void bring_up_to_date(Kind& kind, const RegionList& memory, const RegionList& reserved,
                               const Walk& walk);

  static constexpr std::size_t kKinds = 4;
  std::array<Kind, kKinds> kinds_{};  // the last that was asked for first
};

}  // namespace memmap::memblock
