// One node for all memory: the kernel's last resort.
// kernel: dummy_numa_init(), arch/x86/mm/numa.c, v6.12
#include <cstdio>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr char kRule[] = "dummy_numa_init(), arch/x86/mm/numa.c";

bool turned_off(const memmap_facts_t& facts) {
  return (facts.flags & MEMMAP_FACT_NUMA) == 0 || memmap::plugin::any_starts(facts, "numa", "off");
}

std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    // C's %#x leaves the 0x of a zero out, the kernel's does not.
    char text[80];
    std::snprintf(text, sizeof text, "Faking a node at [mem 0x%016llx-0x%016llx]", 0ull,
                  static_cast<unsigned long long>(in->end_of_ram) - 1);
    h.say(MEMMAP_SEVERITY_INFO,
          turned_off(*in->facts) ? "NUMA turned off" : "No NUMA configuration found", kRule);
    h.say(MEMMAP_SEVERITY_INFO, text, kRule);
    h.assign(0, in->end_of_ram, 0, "the only node");
    return MEMMAP_OK;
  });
}

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), MEMMAP_NUMA_KERNELS, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin =
    memmap::plugin::describe("numa_flat", "1.0", "One node for all memory", get_interface);
