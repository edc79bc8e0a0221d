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

// A node is at 10 from itself and at more from any other; many a BIOS fills in 10 everywhere.
// kernel: slit_valid(), drivers/acpi/numa/srat.c, v6.12
bool is_valid(const std::uint8_t* distances, std::size_t count) {
  std::size_t localities = 0;
  while (localities * localities < count) ++localities;
  for (std::size_t i = 0; i < count; ++i) {
    const bool itself = i / localities == i % localities;
    if (itself ? distances[i] != kLocal : distances[i] <= kLocal) return false;
  }
  return true;
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
    const auto without_memory = [&](const std::int32_t* list, std::size_t count, const char* why) {
      for (std::size_t i = 0; i < count; ++i) {
        if (list[i] < 0 || met(list[i])) continue;
        h.assign(0, 0, list[i], why);
        nodes.push_back(list[i]);
      }
    };
    without_memory(facts.cpu_nodes, facts.cpu_node_count, "a processor's in the SRAT");
    without_memory(facts.other_nodes, facts.other_node_count, "firmware's, without memory");
    if ((facts.flags & MEMMAP_FACT_SLIT) == 0) return MEMMAP_OK;
    if (!is_valid(facts.distances, facts.distance_count)) {
      h.say(MEMMAP_SEVERITY_INFO, "ACPI: SLIT table looks invalid. Not used.",
            "acpi_parse_slit(), drivers/acpi/numa/srat.c");
      return MEMMAP_OK;
    }
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
