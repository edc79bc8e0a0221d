// Mappings of virtual addresses onto physical memory, as the processor finds them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace memmap::paging {

inline constexpr std::uint64_t kSize4K = 1ull << 12;
inline constexpr std::uint64_t kSize2M = 1ull << 21;
inline constexpr std::uint64_t kSize1G = 1ull << 30;

// Bits that the entries of a mapping's pages share.
enum Flags : std::uint32_t {
  kWritable = 1u << 0,
  kNoExecute = 1u << 1,
  kGlobal = 1u << 2,
  kUser = 1u << 3,
  kCacheDisable = 1u << 4,
  kWriteThrough = 1u << 5,
  // The third bit that chooses from the page attribute table; large pages have it elsewhere.
  kPat = 1u << 6,
};

// A run of pages: `pages` of them from `virt` on map to as many behind each other from `phys` on.
struct Mapping {
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint64_t page_size = kSize4K;  // bytes
  std::uint64_t pages = 0;
  std::uint32_t flags = 0;  // Flags

  constexpr std::uint64_t bytes() const { return page_size * pages; }
  // Whether the processor sees no border between this run and the one that is to follow: same size,
  // same flags, and frames that follow each other.
  constexpr bool joins(const Mapping& next) const {
    return page_size == next.page_size && flags == next.flags &&
           raw(virt) + bytes() == raw(next.virt) && raw(phys) + bytes() == raw(next.phys);
  }
  friend constexpr bool operator==(const Mapping&, const Mapping&) = default;
};

using Mappings = std::vector<Mapping>;

}  // namespace memmap::paging
