// What if memory were spread over nodes in turns, as some firmware's memory interleaving does?
#include <algorithm>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

// kernel: NR_NODE_MEMBLKS, include/linux/numa_memblks.h
std::uint64_t most_blocks(const memmap_facts_t& facts) {
  return 2 * std::uint64_t{facts.max_nodes};
}

//   granules   |---|---|---|---|---|
//   memory     |=====|   |=========|
//   nodes      |=0=|1|   |1|=0=|=1=|     by address: a hole keeps its turn
std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::uint64_t nodes = *h.number("nodes");  // has a default, as the next
    const std::uint64_t granule = *h.number("granule");
    if (nodes > in->facts->max_nodes) {
      return h.bad_option("nodes", "the kernel has room for " +
                                       std::to_string(in->facts->max_nodes) + " nodes, not for " +
                                       std::to_string(nodes));
    }
    if ((granule & (granule - 1)) != 0) return h.bad_option("granule", "must be a power of two");
    std::uint64_t blocks = 0;
    for (const memmap_range_t& m : memmap::plugin::memory_of(*in)) {
      for (std::uint64_t base = m.base; base < m.end;) {
        const std::uint64_t end = std::min(m.end, (base / granule + 1) * granule);
        if (++blocks > most_blocks(*in->facts)) {
          return h.bad_option("granule", "makes more than " +
                                             std::to_string(most_blocks(*in->facts)) +
                                             " blocks, for which this kernel has no room");
        }
        h.assign(base, end, static_cast<std::int32_t>(base / granule % nodes), "in turns");
        base = end;
      }
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "nodes", "number of nodes", "2", nullptr, 1,
     1024, 0, 0},
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "granule",
     "bytes in a row of one node, a power of two", "1G", nullptr, 2 << 20, 1ull << 46, 0, 0},
};

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), 0, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "numa_interleave", "1.0", "Spreads memory over nodes in turns", get_interface, kOptions, 2);
