// Places of the kernel that a script may name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "boot/inputs.h"
#include "paging/geometry.h"

namespace memmap::access {

// `_text`, `_etext`, `__start_rodata`, `_end`, ... and what else the profile knows of the image;
// `PAGE_OFFSET`, `VMALLOC_START`, `VMEMMAP_START`, `MODULES_VADDR`, `FIXADDR_TOP`. nullopt: none of these.
std::optional<VirtAddr> place_of(std::string_view name, const boot::Inputs& inputs,
                                 const paging::Bases& bases);
// All the names, for messages.
std::vector<std::string_view> place_names(const boot::Inputs& inputs);

}  // namespace memmap::access
