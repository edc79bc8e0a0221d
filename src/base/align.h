// Rounding to powers of two, in bytes or pages alike.
#pragma once

#include <cstdint>

namespace memmap {

// `alignment` must be a power of two. align_up() wraps to 0 where the result would be 2^64, as the
// kernel's ALIGN() does.
constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t alignment) {
  return value & ~(alignment - 1);
}
constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
constexpr bool is_aligned(std::uint64_t value, std::uint64_t alignment) {
  return (value & (alignment - 1)) == 0;
}
constexpr bool is_power_of_two(std::uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

}  // namespace memmap
