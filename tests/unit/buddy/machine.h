// The machine that most tests of the allocator of all zones run on.
#pragma once

#include <optional>
#include <vector>

#include "buddy/allocator.h"
#include "unit/buddy/shapes.h"

namespace memmap::buddy {

inline constexpr std::uint64_t kDma32 = 4096;       // where DMA32 begins, in page frames
inline constexpr std::uint64_t kNormal = 8 * 1024;  // not where it does on a machine

// Two nodes of DMA, DMA32, Normal and of Normal alone, 4096 pages a zone; nothing is reserved.
struct Machine {
  memblock::Regions memory = {pages(0, 3 * kDma32, 0), pages(3 * kDma32, 4 * kDma32, 1)};
  std::vector<zones::Node> nodes = {{0,
                                     Pfn{0},
                                     3 * kDma32,
                                     3 * kDma32,
                                     {zone(zones::ZoneType::dma, 0, kDma32),
                                      zone(zones::ZoneType::dma32, kDma32, 2 * kDma32),
                                      zone(zones::ZoneType::normal, 2 * kDma32, 3 * kDma32),
                                      {zones::ZoneType::movable}}},
                                    {1,
                                     Pfn{3 * kDma32},
                                     kDma32,
                                     kDma32,
                                     {{zones::ZoneType::dma},
                                      {zones::ZoneType::dma32},
                                      zone(zones::ZoneType::normal, 3 * kDma32, 4 * kDma32),
                                      {zones::ZoneType::movable}}}};
  AllocatorOptions options{};
  Allocator allocator;

  explicit Machine(kernel::Version version = {6, 12, 117})
      : options(of(version)),
        allocator(memory, nodes, free_all(memory, {}, nodes, options.handoff), options) {}

  static AllocatorOptions of(kernel::Version version) {
    AllocatorOptions o;
    o.handoff.max_low_pfn = Pfn{4 * kDma32};
    o.handoff.behaviour = kernel::behaviour_of(version, 6);
    return o;
  }
  zones::ZoneType type_of(const std::optional<Allocation>& got) const {
    return allocator.zones()[got->zone].type;
  }
};

inline constexpr unsigned kAll = 10;  // 1024 pages: four are a zone

}  // namespace memmap::buddy
