// The nodes that firmware's SRAT (or a scenario) gives, handed over as they stand there.
// kernel: x86_acpi_numa_init(), acpi_numa_init(), drivers/acpi/numa/srat.c; numa_setup(),
// arch/x86/mm/numa.c, v6.12
#include <algorithm>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint32_t kLocal = 10;
constexpr std::uint32_t kRemote = 20;

// What was refused once stays so.
bool turned_off(const memmap_facts_t& facts) {
  return memmap::plugin::any_starts(facts, "numa", "off") ||
         memmap::plugin::any_starts(facts, "numa", "noacpi");
}

std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const memmap_facts_t& facts = *in->facts;
    constexpr std::uint32_t kNeeded = MEMMAP_FACT_NUMA | MEMMAP_FACT_ACPI;
    if ((facts.flags & kNeeded) != kNeeded || !h.has_config("ACPI_NUMA") ||
        facts.node_memory_count == 0 || turned_off(facts)) {
      return MEMMAP_NONE;
    }
    std::vector<std::int32_t> nodes;
    const auto met = [&nodes](std::int32_t nid) {
      return std::find(nodes.begin(), nodes.end(), nid) != nodes.end();
    };
    for (std::size_t i = 0; i < facts.node_memory_count; ++i) {
      const memmap_range_t& m = facts.node_memory[i];
      h.assign(m.base, m.end, m.nid, "the SRAT's", m.flags & MEMMAP_NODE_HOTPLUG);
      if (!met(m.nid)) nodes.push_back(m.nid);
    }
    for (std::size_t i = 0; i < facts.cpu_node_count; ++i) {
      const std::int32_t nid = facts.cpu_nodes[i];
      if (met(nid)) continue;
      h.assign(0, 0, nid, "a processor's in the SRAT");
      nodes.push_back(nid);
    }
    if ((facts.flags & MEMMAP_FACT_SLIT) == 0) return MEMMAP_OK;
    for (const std::int32_t from : nodes) {
      for (const std::int32_t to : nodes) h.distance(from, to, from == to ? kLocal : kRemote);
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), MEMMAP_NUMA_FIRMWARE, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "numa_srat", "1.0", "Nodes as firmware's SRAT has them", get_interface);
