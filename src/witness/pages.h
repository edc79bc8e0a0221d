// Counts and ranges of pages.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "memblock/iterate.h"
#include "witness/kind.h"
#include "zones/form.h"

namespace memmap::witness {

// `0x00000010 -> 0x00001000`: pages, as bytes.
std::optional<PhysRange> take_pages(std::string_view& text);
std::string show_pages(std::uint64_t start, std::uint64_t end);

std::span<const Kind> page_kinds();  // a part of node_kinds()' group: how many pages zones have

}  // namespace memmap::witness
