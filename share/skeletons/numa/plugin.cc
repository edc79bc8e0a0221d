// What these nodes are for.
#include <algorithm>
#include <memmap/plugin/plugin.hpp>

namespace {

using memmap::plugin::Host;

// Called when nodes are set up. Each byte of memory must be assigned to one node.
std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::uint64_t boundary = *h.number("boundary");  // has a default
    for (const memmap_range_t& r : memmap::plugin::memory_of(*in)) {
      if (r.base < boundary) h.assign(r.base, std::min(r.end, boundary), 0, "below the boundary");
      if (r.end > boundary) h.assign(std::max(r.base, boundary), r.end, 1, "above the boundary");
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "boundary", "memory from there on is node 1",
     "4G", nullptr, 0, 0, 0, 0},
};

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), 0, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "@NAME@", "0.1", "Two nodes, below and above an address", get_interface, kOptions, 1);
