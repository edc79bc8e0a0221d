// numa=fake: the kernel splits the nodes it has into smaller ones, for tests.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "memblock/region.h"
#include "numa/nodes.h"

namespace memmap::numa {

struct Emulation {
  bool done = false;                // false: the command or the memory does not allow it
  std::vector<NodeBlock> blocks{};  // of the new nodes, in the order they were made
  // By new node: the one it was split from; -1: none.
  std::vector<int> from{};
  Events events{};
};

// What `numa=fake=` + `command` makes of the blocks of `physical` (numa_meminfo, cleaned up) and
// their nodes (`parsed`): `N`: N nodes in turns over the old ones; `SIZE[M|G]`: as many of that
// size as there is memory for; `NU`: N equal parts of each old node.
//
//   old     |=======0=======|=======1=======|
//   4       |---0---|---2---|---1---|---3---|
//   2U      |---0---|---1---|---2---|---3---|
//
// Parts are multiples of 32 MiB; holes do not count, but for `U`.
// kernel: numa_emulation(), arch/x86/mm/numa_emulation.c, v6.1; mm/numa_emulation.c, v6.12
Emulation emulate(std::string_view command, std::span<const NodeBlock> physical,
                  std::span<const int> parsed, std::span<const memblock::Region> memory,
                  Pfn max_pfn, unsigned nodes_shift);

}  // namespace memmap::numa
