// How the kernel registers the nodes that firmware or a scenario gives.
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
  Pfn max_pfn{};             // the end of RAM
  unsigned nodes_shift = 6;  // CONFIG_NODES_SHIFT: there can be 1 << nodes_shift nodes
  kernel::Behaviour behaviour{};
};

// The affinities as read: the kernel's numa_meminfo and numa_nodes_parsed.
struct Parsed {
  std::vector<NodeBlock> blocks{};  // in the order of the table
  std::vector<int> nodes{};  // all nodes that the table names, also those of processors alone
};

struct Registered {
  bool accepted = false;  // false: numa_init() failed, and the kernel tries the next source
  // numa_meminfo in its own order: the kernel sets the nodes of memory, then of what is reserved,
  // in this order. kernel: numa_register_memblks(), numa_clear_kernel_node_hotplug()
  std::vector<NodeBlock> meminfo{};
  // numa_reserved_meminfo: blocks without memory, which are windows for hot-plugging.
  std::vector<NodeBlock> reserve_meminfo{};
  Nodes nodes{};                // the blocks of meminfo, sorted, and their nodes
  std::vector<int> possible{};  // node_possible_map, ascending
  // Bytes of memory without a node that the kernel takes for covered; see numa_misses_gaps.
  std::uint64_t unseen = 0;
  Events events{};  // what the kernel prints, in order
};

// Numbers nodes in the order in which their proximity domains are met; returns the node of each
// domain. A domain for which no number is left has none.
//
//   domains met   7 7 2 7 5        nodes   7 -> 0   2 -> 1   5 -> 2
//
// kernel: acpi_map_pxm_to_node(), drivers/acpi/numa/srat.c, v6.12
std::map<int, int> nodes_of_domains(std::span<const int> domains_as_met, unsigned nodes_shift);

// Cuts the blocks to memory, and joins blocks of one node between which no other node lies:
//
//   blocks    |==0==|==0==|   |=0=|      |==1==|   |=0=|   |==0==|
//   memory    |=================================|            |===|
//   meminfo   |========0==========|      |==1==|             |=0=|   (node 1 lies between)
//   reserve                                        |=0=|             no memory
//
// `memory`: memblock.memory, sorted. The whole is not accepted where blocks of two nodes overlap,
// where there are more blocks than the kernel has places, where nothing names a node, or where 1
// MiB of memory (since 6.12 more than that) lies in no block.
// kernel: numa_init(), numa_cleanup_meminfo(), numa_register_memblks(), arch/x86/mm/numa.c, v6.1;
// numa_memblks_init(), mm/numa_memblks.c, numa_register_nodes(), arch/x86/mm/numa.c,
// memblock_validate_numa_coverage(), mm/memblock.c, v6.12
Registered from_blocks(const Parsed& parsed, std::span<const memblock::Region> memory,
                       const Options& options);

// The request for a node's pg_data_t, to be met on the node where there is room.
struct NodeDataRequest {
  int nid = 0;
  std::uint64_t size = 0;   // bytes
  std::uint64_t align = 0;  // bytes
};
// One request for each node of nodes.online, in that order. `pgdat_size`: bytes of pg_data_t,
// rounded up here to cache lines, before 6.12 to pages.
// kernel: alloc_node_data(), mm/numa.c, v6.12; arch/x86/mm/numa.c, v6.1
std::vector<NodeDataRequest> node_data_requests(const Nodes& nodes, std::uint64_t pgdat_size,
                                                const kernel::Behaviour& behaviour);

}  // namespace memmap::numa
