// What callers of the kernel's allocators ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace memmap::access {

// Bits of our own, since the kernel's move from version to version.
// kernel: include/linux/gfp_types.h, v6.12; __GFP_NOTRACK, include/linux/gfp.h, v4.14
enum Gfp : std::uint32_t {
  kGfpDma = 1u << 0,
  kGfpHighmem = 1u << 1,
  kGfpDma32 = 1u << 2,
  kGfpMovable = 1u << 3,
  kGfpReclaimable = 1u << 4,
  kGfpHigh = 1u << 5,
  kGfpIo = 1u << 6,
  kGfpFs = 1u << 7,
  kGfpReclaim = 1u << 8,
  kGfpZero = 1u << 9,
  kGfpNowarn = 1u << 10,
  kGfpComp = 1u << 11,
  kGfpHardwall = 1u << 12,
  kGfpNoTrack = 1u << 13,  // of kernels with kmemcheck: the checker is not to look at it
  kGfpNoFail = 1u << 14,
  kGfpThisNode = 1u << 15,
  kGfpAccount = 1u << 16,

  kGfpKernel = kGfpReclaim | kGfpIo | kGfpFs,
};

constexpr Gfp operator|(Gfp a, Gfp b) {
  return static_cast<Gfp>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

// `GFP_KERNEL`, `__GFP_ZERO`, ... sorted as gfp.cc has them.
std::span<const std::string_view> gfp_names();
// The flags of one name, `|` between several is the reader's; nullopt: no such name.
std::optional<Gfp> gfp_of_name(std::string_view name);

}  // namespace memmap::access
