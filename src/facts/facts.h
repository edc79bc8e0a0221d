// The figures of a boot that have a name: what policies, sweeps and comparisons speak of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "boot/outcome.h"

namespace memmap::facts {

enum class Unit { bytes, address, count };

// What a figure is where there is none of it.
enum class Absent {
  none,     // nothing of it: a sum over it counts as 0
  unknown,  // nobody can tell: the machine does not say it, the kernel did not come so far
};

struct Fact {
  std::string_view name{};  // `mem_total`: letters, digits and _
  std::string_view what{};  // in words: `MemTotal`
  Unit unit{};
  Absent absent{};
  // nullopt: as `absent` says. Takes O(n) for n pieces of the boot at most.
  std::optional<std::uint64_t> (*of)(const boot::Outcome&) = nullptr;
};

// A row each, in the order in which people look for them; share/doc/check.md lists them.
std::span<const Fact> facts();
const Fact* fact_named(std::string_view name);  // nullptr: none

// What lies somewhere, in one piece or several.
struct Thing {
  std::string_view
      name{};  // `crashkernel`; where it is a fact's too, that is the sum of the pieces
  std::string_view what{};                                       // in words: `crash kernel`
  std::vector<PhysRange> (*of)(const boot::Outcome&) = nullptr;  // ascending, disjoint, none empty
};

std::span<const Thing> things();
const Thing* thing_named(std::string_view name);  // nullptr: none

}  // namespace memmap::facts
