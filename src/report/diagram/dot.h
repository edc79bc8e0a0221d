// The result as a graph: what the machine's memory became, for Graphviz.
#pragma once

#include <string>

#include "boot/outcome.h"

namespace memmap::report {

inline constexpr std::size_t kMaxDotNodes = 200;

// DOT, left to right: the firmware's map, memblock's memory, the owners of what is reserved, nodes
// with their zones and free blocks; below these the page tables by area and level. At most
// kMaxDotNodes nodes: the smallest of a kind are folded into `… 37 more`. The same outcome gives
// the same bytes.
std::string to_dot(const boot::Outcome& outcome);

}  // namespace memmap::report
