// Windows for CXL memory, which firmware's CEDT tells, among the nodes of the SRAT.
#pragma once

#include <span>
#include <vector>

#include "numa/nodes.h"

namespace memmap::numa {

// The SRAT's blocks as the kernel has them once it has read the windows, one after the other. Where blocks share memory with
// a window they grow until they cover all of it; else it becomes a block behind the others, of a node of its own, the next in
// number from `next_nid` on. None of it is memory yet.
//
//   blocks    |==0==|   |==1==|      |=1=|
//   windows         |-------------------------|      |------|
//   then      |==0==||==1==||=======1=========|      |==2===|
//
// No more nodes than `most` are made. `blocks` keep their places in the list.
// kernel: acpi_parse_cfmws(), drivers/acpi/numa/srat.c; numa_fill_memblks(), mm/numa_memblks.c, v6.12 (before 6.7 and 6.1.64
// a window whose start a block has changes nothing, any other makes a node)
std::vector<NodeBlock> with_cxl_windows(std::vector<NodeBlock> blocks,
                                        std::span<const PhysRange> windows, int next_nid, int most);

}  // namespace memmap::numa
