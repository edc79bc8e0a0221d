// Splits RAM into nodes of equal size, in the order of addresses, as numa=fake=N does in its simple
// form: boundaries are multiples of the smallest node size and count memory, not holes.
// kernel: split_nodes_interleave(), mm/numa_emulation.c (FAKE_NODE_MIN_SIZE)
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint64_t kGranule = 32ull << 20;

std::uint64_t memory_in(const memmap_numa_input_t& in) {
  std::uint64_t sum = 0;
  for (const memmap_range_t& r : memmap::plugin::memory_of(in)) sum += r.end - r.base;
  return sum;
}

// The address, a multiple of kGranule, up to which at least `wanted` bytes of memory lie from
// `from` on; the end of memory if there is less.
//
//   memory   |=====|      |==========|
//   from        ^  |<- a ->          :
//   wanted      |<-->      <-------->|      a: holes do not count
std::uint64_t boundary(const memmap_numa_input_t& in, std::uint64_t from, std::uint64_t wanted) {
  for (const memmap_range_t& r : memmap::plugin::memory_of(in)) {
    if (r.end <= from) continue;
    const std::uint64_t base = r.base > from ? r.base : from;
    if (r.end - base < wanted) {
      wanted -= r.end - base;
      continue;
    }
    const std::uint64_t end = base + wanted;
    const std::uint64_t up = (kGranule - end % kGranule) % kGranule;
    return up > UINT64_MAX - end ? UINT64_MAX : end + up;
  }
  return UINT64_MAX;
}

// Gives the memory in [from, to) to `nid`; false: there is none.
bool assign(const memmap_numa_input_t& in, const Host& h, std::uint64_t from, std::uint64_t to,
            std::int32_t nid) {
  bool any = false;
  for (const memmap_range_t& r : memmap::plugin::memory_of(in)) {
    const std::uint64_t base = r.base > from ? r.base : from;
    const std::uint64_t end = r.end < to ? r.end : to;
    if (base >= end) continue;
    h.assign(base, end, nid, "equal split");
    any = true;
  }
  return any;
}

std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::uint64_t nodes = *h.number("nodes");  // has a default
    if (nodes > in->facts->max_nodes) {
      return h.fail("the kernel has room for " + std::to_string(in->facts->max_nodes) +
                    " nodes, option `nodes` asks for " + std::to_string(nodes));
    }
    // What does not divide goes to the first nodes, one granule each.
    const std::uint64_t total = memory_in(*in);
    const std::uint64_t share = total / nodes / kGranule * kGranule;
    const std::uint64_t larger = (total / nodes % kGranule) * nodes / kGranule;
    if (share == 0) return h.fail("too little memory: a node would be smaller than 32 MiB");
    std::uint64_t from = 0;
    for (std::uint64_t nid = 0; nid < nodes; ++nid) {
      const std::uint64_t size = share + (nid < larger ? kGranule : 0);
      const std::uint64_t to = nid + 1 == nodes ? UINT64_MAX : boundary(*in, from, size);
      if (!assign(*in, h, from, to, static_cast<std::int32_t>(nid))) {
        h.warn("node " + std::to_string(nid) + " gets no memory");
      }
      from = to;
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "nodes", "number of nodes", "2", nullptr, 1,
     1024, 0, 0},
};

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), 0, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "numa_split", "1.0", "Splits RAM evenly over nodes, as numa=fake=N does", get_interface,
    kOptions, 1);
