// What the tables of pages, and the report's sections about the same, count alike.
#pragma once

#include <cstdint>

#include "boot/outcome.h"

namespace memmap::report {

// In its free blocks.
std::uint64_t free_pages(const boot::ZoneState& zone);

// It has anything: others are left out.
bool is_shown(const boot::ZoneState& zone);

// Pages of the fixmap that follow each other, in virtual and physical addresses.
struct FixmapRow {
  const fixmap::MappedSlot* slot = nullptr;  // the one with the lowest address
  std::uint64_t pages = 0;
};

}  // namespace memmap::report
