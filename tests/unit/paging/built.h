// What tests build tables of, and where they put them.
#pragma once

#include "paging/build.h"

namespace memmap::paging {

inline Mapping built_run(std::uint64_t virt, std::uint64_t phys, std::uint64_t size,
                         std::uint64_t pages, std::uint32_t flags = kWritable) {
  return {VirtAddr{virt}, PhysAddr{phys}, size, pages, flags};
}

// Each table in the page behind the one before; the first behind `last`.
inline PlaceTable place_behind(std::uint64_t last) {
  return [last](unsigned, VirtAddr) mutable {
    last += kPageSize;
    return PhysAddr{last};
  };
}

}  // namespace memmap::paging
