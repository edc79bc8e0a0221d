#include "ioremap/cache_mode.h"

#include <algorithm>

#include "paging/mapping.h"

namespace memmap::ioremap {
namespace {

constexpr std::array<std::string_view, kCacheModes> kCattrNames{
    "write-back", "write-combining", "uncached-minus",
    "uncached",   "write-through",   "write-protected"};

using Slots = std::array<CacheMode, 8>;
using enum CacheMode;
constexpr Slots kFull{wb, wc, uc_minus, uc, wb, wp, uc_minus, wt};
constexpr Slots kLower{wb, wc, uc_minus, uc, wb, wc, uc_minus, uc};
constexpr Slots kOff{wb, wt, uc_minus, uc, wb, wt, uc_minus, uc};

constexpr const Slots& slots_of(Pat pat) {
  return pat == Pat::full ? kFull : pat == Pat::lower ? kLower : kOff;
}

constexpr std::uint32_t flags_of_slot(std::size_t slot) {
  return ((slot & 1) != 0 ? paging::kWriteThrough : 0u) |
         ((slot & 2) != 0 ? paging::kCacheDisable : 0u) | ((slot & 4) != 0 ? paging::kPat : 0u);
}

}  // namespace

std::string_view cattr_name(CacheMode mode) { return kCattrNames[static_cast<std::size_t>(mode)]; }

std::string_view short_name(CacheMode mode) { return kShortNames[static_cast<std::size_t>(mode)]; }

std::optional<CacheMode> cache_mode_of(std::string_view short_name) {
  const auto* const found = std::ranges::find(kShortNames, short_name);
  if (found == kShortNames.end()) return std::nullopt;
  return static_cast<CacheMode>(found - kShortNames.begin());
}

std::uint32_t flags_of(CacheMode mode, Pat pat) {
  const Slots& slots = slots_of(pat);
  // The lowest slot of several is taken.
  const auto* found = std::ranges::find(slots, mode);
  if (found == slots.end()) found = std::ranges::find(slots, uc_minus);
  return flags_of_slot(static_cast<std::size_t>(found - slots.begin()));
}

CacheMode cache_mode_of(std::uint32_t flags, Pat pat) {
  const std::size_t slot = ((flags & paging::kWriteThrough) != 0 ? 1u : 0u) |
                           ((flags & paging::kCacheDisable) != 0 ? 2u : 0u) |
                           ((flags & paging::kPat) != 0 ? 4u : 0u);
  return slots_of(pat)[slot];
}

}  // namespace memmap::ioremap
