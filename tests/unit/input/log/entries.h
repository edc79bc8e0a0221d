// How the tests of logs write the entries of a map.
#pragma once

#include <cstdint>

#include "machine/machine.h"

namespace memmap::input {

inline constexpr E820Type R = E820Type::ram;
inline constexpr E820Type V = E820Type::reserved;

// [start, end), in bytes.
constexpr E820Entry at(std::uint64_t start, std::uint64_t end, E820Type type = R) {
  return {.addr = PhysAddr{start}, .size = end - start, .type = type};
}

}  // namespace memmap::input
