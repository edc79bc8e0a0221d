// Figures of a boot by name: what policies ask for, sweeps write and places are compared by.
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

// One row a figure: whoever adds one adds a row in facts.cc, and its line in share/doc/policy.md.
struct Fact {
  std::string_view name{};  // `mem_total`
  std::string_view what{};  // in words: `MemTotal`
  Unit unit = Unit::bytes;
  // nullopt: this boot has none, or it is not known. Takes time by the number of owners at most.
  std::optional<std::uint64_t> (*of)(const boot::Outcome& outcome) = nullptr;
};

std::span<const Fact> facts();            // in the order of a boot
const Fact* fact_named(std::string_view name);  // nullptr: none

// What lies somewhere in a boot, by name: `crashkernel`, `kernel`, `initrd`.
struct Thing {
  std::string_view name{};
  std::string_view what{};
  std::vector<PhysRange> (*of)(const boot::Outcome& outcome) = nullptr;  // ascending
};

std::span<const Thing> things();
const Thing* thing_named(std::string_view name);  // nullptr: none

}  // namespace memmap::facts
