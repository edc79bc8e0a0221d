// Where the zones of x86-64 end.
#pragma once

#include <algorithm>

#include "base/address.h"

namespace memmap::zones {

inline constexpr Pfn kMaxDmaPfn{(16 * kMiB) >> kPageShift};   // MAX_DMA_PFN
inline constexpr Pfn kMaxDma32Pfn{(4 * kGiB) >> kPageShift};  // MAX_DMA32_PFN

// Where each zone ends, exclusive; 0: the kernel has no such zone.
//
//   0        16 MiB        4 GiB              max_low_pfn
//   |== DMA ==|== DMA32 ====|====== Normal ======|
struct Limits {
  Pfn dma{};
  Pfn dma32{};
  Pfn normal{};
};

// Which zones the kernel was built with. Pages of a zone that it does not have are the next zone's.
struct Config {
  bool zone_dma = true;    // CONFIG_ZONE_DMA
  bool zone_dma32 = true;  // CONFIG_ZONE_DMA32
};

// The limits of a machine whose memory ends at max_low_pfn, which on x86-64 is max_pfn.
// kernel: zone_sizes_init(), arch/x86/mm/init.c, v6.12
constexpr Limits limits(Pfn max_low_pfn, Config config = {}) {
  return {config.zone_dma ? std::min(kMaxDmaPfn, max_low_pfn) : Pfn{0},
          config.zone_dma32 ? std::min(kMaxDma32Pfn, max_low_pfn) : Pfn{0}, max_low_pfn};
}

}  // namespace memmap::zones
