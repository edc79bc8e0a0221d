#include "access/gfp.h"

#include <algorithm>
#include <array>

namespace memmap::access {
namespace {

constexpr Gfp kUser = kGfpKernel | kGfpHardwall;

struct Named {
  std::string_view name;
  Gfp flags;
};

constexpr Named kNamed[] = {
    {"GFP_ATOMIC", kGfpHigh | kGfpReclaim},
    {"GFP_DMA", kGfpDma},
    {"GFP_DMA32", kGfpDma32},
    {"GFP_HIGHUSER", kUser | kGfpHighmem},
    {"GFP_HIGHUSER_MOVABLE", kUser | kGfpHighmem | kGfpMovable},
    {"GFP_KERNEL", kGfpKernel},
    {"GFP_KERNEL_ACCOUNT", kGfpKernel | kGfpAccount},
    {"GFP_NOFS", kGfpReclaim | kGfpIo},
    {"GFP_NOIO", kGfpReclaim},
    {"GFP_NOWAIT", kGfpReclaim | kGfpNowarn},
    {"GFP_USER", kUser},
    {"__GFP_ACCOUNT", kGfpAccount},
    {"__GFP_COMP", kGfpComp},
    {"__GFP_DMA", kGfpDma},
    {"__GFP_DMA32", kGfpDma32},
    {"__GFP_FS", kGfpFs},
    {"__GFP_HARDWALL", kGfpHardwall},
    {"__GFP_HIGH", kGfpHigh},
    {"__GFP_HIGHMEM", kGfpHighmem},
    {"__GFP_IO", kGfpIo},
    {"__GFP_MOVABLE", kGfpMovable},
    {"__GFP_NOFAIL", kGfpNoFail},
    {"__GFP_NOTRACK", kGfpNoTrack},
    {"__GFP_NOWARN", kGfpNowarn},
    {"__GFP_RECLAIM", kGfpReclaim},
    {"__GFP_RECLAIMABLE", kGfpReclaimable},
    {"__GFP_THISNODE", kGfpThisNode},
    {"__GFP_ZERO", kGfpZero},
};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kNamed)> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = kNamed[i].name;
  return out;
}();

}  // namespace

std::span<const std::string_view> gfp_names() { return kNames; }

std::optional<Gfp> gfp_of_name(std::string_view name) {
  const auto* const found = std::ranges::find(kNamed, name, &Named::name);
  if (found == std::end(kNamed)) return std::nullopt;
  return found->flags;
}

}  // namespace memmap::access
