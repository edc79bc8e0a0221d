// What the kernel makes of the nodes that firmware or a scenario gave.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/event.h"
#include "kernel/behaviour.h"
#include "memblock/region.h"
#include "numa/nodes.h"

namespace memmap::numa {

struct Options {
  Pfn max_pfn{};
  unsigned nodes_shift = 6;  // CONFIG_NODES_SHIFT
  kernel::Behaviour behaviour{};
};

// The parsed affinities: numa_meminfo and numa_nodes_parsed as the SRAT's reader leaves them.
struct Parsed {
  std::vector<NodeBlock> blocks{};  // in the order of the table
  std::vector<int> nodes{};         // all nodes it names, those of processors alone too
};

struct Registered {
  bool accepted = false;  // false: numa_init() failed; the kernel goes on to the next source
  // numa_meminfo in its own order, which is the order of memblock_set_node() onto memory and then
  // onto reserved. kernel: numa_register_memblks(), numa_clear_kernel_node_hotplug()
  std::vector<NodeBlock> meminfo{};
  // numa_reserved_meminfo: blocks that hold no memory now (hot-plug windows).
  std::vector<NodeBlock> reserve_meminfo{};
  Nodes nodes{};                // the same as meminfo, sorted
  std::vector<int> possible{};  // node_possible_map, ascending; those not online get an empty node
  Events events{};              // what the kernel prints, in order
};

// Nodes are numbered by the order in which their proximity domains are met.
//
//   domains met   7 7 2 7 5        nodes   7 -> 0   2 -> 1   5 -> 2
//
// A domain that finds no free number is left out. kernel: acpi_map_pxm_to_node(),
// drivers/acpi/numa/srat.c, v6.12
std::map<int, int> nodes_of_domains(std::span<const int> domains_as_met, unsigned nodes_shift);

// Cuts the blocks to memory and joins those of one node that have no other node between them:
//
//   blocks    |==0==|==0==|   |=0=|      |==1==|   |=0=|   |==0==|
//   memory    |=================================|            |===|
//   meminfo   |========0==========|      |==1==|             |=0=|   (node 1 lies between)
//   reserve                                        |=0=|             no memory
//
// A block of one node over another's, or 1 MiB and more of memory in no block, and the whole is not
// accepted. kernel: numa_init(), numa_cleanup_meminfo(), numa_register_memblks(),
// arch/x86/mm/numa.c, v6.1; numa_memblks_init(), mm/numa_memblks.c, numa_register_nodes(),
// arch/x86/mm/numa.c, memblock_validate_numa_coverage(), mm/memblock.c, v6.12
Registered from_blocks(const Parsed& parsed, std::span<const memblock::Region> memory,
                       const Options& options);

// What memblock is asked for, for each node of nodes.online in order, near the node if possible:
// its pg_data_t. kernel: alloc_node_data(), mm/numa.c, v6.12 (cache lines); arch/x86/mm/numa.c,
// v6.1 (whole pages)
struct NodeDataRequest {
  int nid = 0;
  std::uint64_t size = 0;  // bytes
  std::uint64_t align = 0;
};
std::vector<NodeDataRequest> node_data_requests(const Nodes& nodes, std::uint64_t pgdat_size,
                                                const kernel::Behaviour& behaviour);

}  // namespace memmap::numa
