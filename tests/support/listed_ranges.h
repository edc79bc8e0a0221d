// Free ranges from a list, by plain walks: what a policy is tested against.
#pragma once

#include <optional>
#include <vector>

#include "base/align.h"
#include "memblock/pieces_by_size.h"
#include "memblock/policy.h"

namespace memmap::test {

class ListedRanges : public memblock::FreeRanges {
 public:
  // `ranges` ascending, disjoint, within the request's limits.
  ListedRanges(memblock::FindRequest request, std::vector<PhysRange> ranges)
      : request_(request), ranges_(std::move(ranges)) {}

  std::optional<PhysRange> next_up(PhysAddr after) override {
    for (const PhysRange& r : ranges_) {
      if (r.end() > after) return PhysRange::from_bounds(std::max(r.base(), after), r.end());
    }
    return std::nullopt;
  }
  std::optional<PhysRange> next_down(PhysAddr before) override {
    for (auto r = ranges_.rbegin(); r != ranges_.rend(); ++r) {
      if (r->base() < before) return PhysRange::from_bounds(r->base(), std::min(r->end(), before));
    }
    return std::nullopt;
  }
  std::optional<PhysAddr> first_fit_up() override {
    for (const PhysRange& r : ranges_) {
      const std::uint64_t at = align_up(raw(r.base()), request_.align);
      if (at >= raw(r.base()) && at < raw(r.end()) && raw(r.end()) - at >= request_.size) {
        return PhysAddr{at};
      }
    }
    return std::nullopt;
  }
  std::optional<PhysAddr> first_fit_down() override {
    for (auto r = ranges_.rbegin(); r != ranges_.rend(); ++r) {
      if (r->size() < request_.size) continue;
      const std::uint64_t at = align_down(raw(r->end()) - request_.size, request_.align);
      if (at >= raw(r->base())) return PhysAddr{at};
    }
    return std::nullopt;
  }
  std::optional<PhysRange> smallest_piece(std::uint64_t grain) override {
    std::optional<PhysRange> best;
    for (const PhysRange& r : ranges_) {
      for (const PhysRange p : memblock::pieces_of(r, grain)) {
        if (holds_block(p, request_) && (!best || p.size() <= best->size())) best = p;
      }
    }
    return best;
  }

 private:
  memblock::FindRequest request_;
  std::vector<PhysRange> ranges_;
};

}  // namespace memmap::test
