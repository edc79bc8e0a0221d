// Zones of a node: which pages they span, which of these exist, which the page allocator manages.
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

// kernel: struct zone. Counts in pages; spanned and present of an empty zone are 0, its start too.
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
  std::uint64_t spanned_pages = 0;
  std::uint64_t present_pages = 0;
  std::vector<Zone> zones{};  // kZoneTypes of them, by type
};

}  // namespace memmap::zones
