// Half-open ranges of physical addresses.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/address.h"
#include "base/check.h"

namespace memmap {

// Half-open [base, end), base <= end. The byte at 2^64-1 cannot be expressed; memblock caps sizes
// at the same point. Empty ranges overlap nothing, wherever they sit.
class PhysRange {
 public:
  constexpr PhysRange() = default;

  // nullopt if [base, base + size) would wrap; the caller knows what to report.
  static constexpr std::optional<PhysRange> from_size(PhysAddr base, std::uint64_t size) {
    if (size > std::numeric_limits<std::uint64_t>::max() - raw(base)) return std::nullopt;
    return PhysRange(raw(base), raw(base) + size);
  }
  // nullopt if end < base.
  static constexpr std::optional<PhysRange> from_bounds(PhysAddr base, PhysAddr end) {
    if (end < base) return std::nullopt;
    return PhysRange(raw(base), raw(end));
  }
  // As printed in logs: `last` is the last byte. nullopt if last < base or last is 2^64-1.
  static constexpr std::optional<PhysRange> from_inclusive(PhysAddr base, PhysAddr last) {
    if (last < base || raw(last) == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return PhysRange(raw(base), raw(last) + 1);
  }
  // For bounds that are known to be in order; a violation is our bug.
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
  // The common part; empty (at the larger base) where there is none.
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

}  // namespace memmap
