// Lists of processors as the command line has them.
#pragma once

#include <optional>
#include <set>
#include <string_view>

namespace memmap::boot {

// `0,2-5,8-15:2/4`, `all`, with `N` for the last: those of `count` processors that it names.
// nullopt: no such list, or beyond the last. kernel: bitmap_parselist(), lib/bitmap-str.c, v6.12
std::optional<std::set<unsigned>> parse_cpu_list(std::string_view text, unsigned count);

}  // namespace memmap::boot
