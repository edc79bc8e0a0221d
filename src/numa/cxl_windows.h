// Windows for CXL memory, which firmware's CEDT tells, among the nodes of the SRAT.
#pragma once

#include <span>
#include <vector>

#include "kernel/behaviour.h"
#include "kernel/profile.h"
#include "numa/nodes.h"

namespace memmap::numa {

// Whether the kernel looks at windows at all. kernel: acpi_numa_init(), drivers/acpi/numa/srat.c, v6.12 and v7.2
bool reads_cxl_windows(const kernel::Profile& profile, const kernel::Behaviour& behaviour);

struct WithWindows {
  std::vector<NodeBlock> blocks{};
  std::vector<int> nodes{};  // of windows that are nodes without a block, ascending
};

// The SRAT's blocks as the kernel has them once it has read the windows, one after the other. Where blocks share memory with
// a window they grow until they cover all of it; else it becomes a node of its own, the next in number from `next_nid` on. Until
// 6.16 it has a block behind the others, too, in which later windows may lie. None of it is memory yet.
//
//   blocks    |==0==|   |==1==|      |=1=|
//   windows         |-------------------------|      |------|
//   then      |==0==||==1==||=======1=========|      |==2===|     before 6.16; since then node 2 has no block
//
// Before 6.7 blocks do not grow: a window whose start a block has changes nothing, any other makes a node. Later up to 6.8 a
// block that begins where the window ends shares memory with it.
//
// No more nodes than `most` are made. `blocks` keep their places in the list.
// kernel: acpi_parse_cfmws(), drivers/acpi/numa/srat.c; numa_fill_memblks(), mm/numa_memblks.c, v6.12 and v7.2;
// arch/x86/mm/numa.c, v6.1.192; phys_to_target_node() of earlier ones
WithWindows with_cxl_windows(std::vector<NodeBlock> blocks, std::span<const PhysRange> windows,
                             int next_nid, int most, const kernel::Behaviour& behaviour);

}  // namespace memmap::numa
