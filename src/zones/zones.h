// Nodes and their zones: which pages they span, and how many of these exist.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace memmap::zones {

// kernel: enum zone_type, include/linux/mmzone.h (x86-64: DMA below 16 MiB, DMA32 below 4 GiB)
enum class ZoneType : int { dma = 0, dma32 = 1, normal = 2, movable = 3 };
inline constexpr int kZoneTypes = 4;
std::string_view name(ZoneType type);  // `DMA`, `DMA32`, `Normal`, `Movable`; else `?`

// A zone of one node; all three numbers of an empty zone are 0. kernel: struct zone
struct Zone {
  ZoneType type = ZoneType::dma;
  Pfn start_pfn{};
  std::uint64_t spanned_pages = 0;  // from start_pfn to the end, holes included
  std::uint64_t present_pages = 0;  // without holes
};

// kernel: struct pglist_data
struct Node {
  int nid = 0;
  Pfn start_pfn{};
  std::uint64_t spanned_pages = 0;  // holes included; before 6.4 the sum over the zones
  std::uint64_t present_pages = 0;  // the sum over the zones
  std::vector<Zone> zones{};        // kZoneTypes of them, by type
};

}  // namespace memmap::zones
