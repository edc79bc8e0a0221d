// Half-open ranges of physical addresses.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/address.h"
#include "base/align.h"
#include "base/check.h"

namespace memmap {

// The bytes [base, end), base <= end. No range holds the byte at 2^64 - 1; memblock caps sizes at
// the same point. Empty ranges have a place, overlap nothing and are contained where their bounds
// are.
class PhysRange {
 public:
  constexpr PhysRange() = default;

  // nullopt: base + size wraps.
  static constexpr std::optional<PhysRange> from_size(PhysAddr base, std::uint64_t size) {
    if (size > std::numeric_limits<std::uint64_t>::max() - raw(base)) return std::nullopt;
    return PhysRange(raw(base), raw(base) + size);
  }
  // nullopt: end < base.
  static constexpr std::optional<PhysRange> from_bounds(PhysAddr base, PhysAddr end) {
    if (end < base) return std::nullopt;
    return PhysRange(raw(base), raw(end));
  }
  // From a range as logs print it, `last` being its last byte. nullopt: last < base, or last is
  // 2^64 - 1.
  static constexpr std::optional<PhysRange> from_inclusive(PhysAddr base, PhysAddr last) {
    if (last < base || raw(last) == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return PhysRange(raw(base), raw(last) + 1);
  }
  // For bounds that are known to be in order: anything else is our bug, and aborts.
  static constexpr PhysRange make(std::uint64_t base, std::uint64_t end) {
    MEMMAP_CHECK(base <= end, "range ends before it starts");
    return PhysRange(base, end);
  }

  constexpr PhysAddr base() const { return PhysAddr{base_}; }
  constexpr PhysAddr end() const { return PhysAddr{end_}; }
  constexpr std::uint64_t size() const { return end_ - base_; }  // bytes
  constexpr bool empty() const { return base_ == end_; }

  constexpr bool contains(PhysAddr a) const { return raw(a) >= base_ && raw(a) < end_; }
  constexpr bool contains(PhysRange r) const { return r.base_ >= base_ && r.end_ <= end_; }
  constexpr bool overlaps(PhysRange r) const {
    return !empty() && !r.empty() && base_ < r.end_ && r.base_ < end_;
  }
  // The common part; where there is none, an empty range at the larger base.
  constexpr PhysRange intersect(PhysRange r) const {
    const std::uint64_t lo = std::max(base_, r.base_);
    return PhysRange(lo, std::max(lo, std::min(end_, r.end_)));
  }

  constexpr auto operator<=>(const PhysRange&) const = default;

 private:
  constexpr PhysRange(std::uint64_t base, std::uint64_t end) : base_(base), end_(end) {}

  std::uint64_t base_ = 0;
  std::uint64_t end_ = 0;
};

// All pages that the range has a byte of. The last page of 2^64 has no end: the range's own is kept.
constexpr PhysRange whole_pages(PhysRange r) {
  return PhysRange::make(align_down(raw(r.base()), kPageSize),
                         std::max(raw(r.end()), align_up(raw(r.end()), kPageSize)));
}

}  // namespace memmap
