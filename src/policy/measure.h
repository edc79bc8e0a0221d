// How much there is of what a rule speaks of, and where it lies.
#pragma once

#include <optional>
#include <vector>

#include "base/range.h"
#include "boot/outcome.h"
#include "policy/expression.h"

namespace memmap::policy {

// Sums and products of amounts fit: those of 64 bits are multiplied once or twice.
__extension__ using Wide = __int128;

// The node and zone that every_node, every_zone and the like have come to.
struct Turn {
  std::optional<int> node{};
  std::optional<zones::ZoneType> zone{};
};

// The pieces of the noun, ascending; with its filter, or of all of it.
enum class Part { filtered, whole };
std::vector<PhysRange> pieces_of(const Expression& e, const boot::Outcome& outcome,
                                 const Turn& turn, Part part);

// Of Op::amount: bytes or a count. nullopt: nobody can tell, or there is no such node or zone.
std::optional<Wide> amount_of(const Expression& e, const boot::Outcome& outcome, const Turn& turn);

// Whether an event is one of those that `e` counts.
bool counts(const Expression& e, const Event& event);
// Whether a piece of memblock.reserved is of the owner that `e` names.
bool is_of(const Expression& e, const boot::Owned& piece);

}  // namespace memmap::policy
