#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/steps/steps.h"
#include "buddy/handoff.h"
#include "numa/register.h"
#include "zones/form.h"
#include "zones/limits.h"

namespace memmap::boot {
namespace {

memblock::Regions memory_of(const Boot& boot) { return boot.memblock.memory().list.regions(); }

bool numa_is_off(const Boot& boot) { return !boot.profile.numa || boot.parameter("numa") == "off"; }

// The affinities that firmware's SRAT or a scenario gives, in their order.
numa::Parsed parsed_nodes(const Boot& boot) {
  numa::Parsed out;
  for (const NodeMemory& m : boot.machine.node_memory) {
    out.blocks.push_back({m.range, m.nid});
    if (std::ranges::find(out.nodes, m.nid) == out.nodes.end()) out.nodes.push_back(m.nid);
  }
  return out;
}

// kernel: x86_numa_init(): the SRAT's nodes, or one for everything
numa::Registered nodes_of(const Boot& boot) {
  numa::Options options;
  options.max_pfn = boot.max_pfn;
  options.nodes_shift = boot.profile.nodes_shift;
  options.numa_off = numa_is_off(boot);
  options.version = boot.profile.version;
  const memblock::Regions memory = memory_of(boot);
  if (!options.numa_off && !boot.machine.node_memory.empty()) {
    numa::Registered setup = numa::from_blocks(parsed_nodes(boot), memory, options);
    if (setup.accepted) return setup;
  }
  return numa::dummy(memory, options);
}

// A size with a unit, or a percentage of all memory. kernel: cmdline_parse_core()
void core_size(const std::optional<std::string>& text, std::uint64_t& pages,
               std::uint64_t& percent) {
  if (!text) return;
  const auto parsed = kernel::memparse(*text);
  if (parsed.rest.starts_with('%')) {
    percent = parsed.value;
  } else {
    pages = parsed.value >> kPageShift;
  }
}

zones::MovableOptions movable_options(const Boot& boot) {
  zones::MovableOptions options;
  options.movable_node = boot.has_parameter("movable_node");
  const auto kernelcore = boot.parameter("kernelcore");
  options.kernelcore_mirror = kernelcore == "mirror";
  if (!options.kernelcore_mirror) {
    core_size(kernelcore, options.kernelcore_pages, options.kernelcore_percent);
  }
  core_size(boot.parameter("movablecore"), options.movablecore_pages, options.movablecore_percent);
  return options;
}

void append(Events& events, const Events& more, std::string_view step) {
  for (Event e : more) {
    if (e.step.empty()) e.step = step;
    events.push_back(std::move(e));
  }
}

}  // namespace

// kernel: initmem_init(), numa_register_memblks(), alloc_node_data()
void initmem_init(Boot& boot) {
  const numa::Registered setup = nodes_of(boot);
  append(boot.events, setup.events, boot.step);
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.memblock.set_node(b.range.base(), b.range.size(), b.nid);
  }
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.memblock.set_reserved_node(b.range.base(), b.range.size(), b.nid);
  }
  boot.nodes = setup.nodes;
  if (!setup.possible.empty()) boot.last_possible_node = setup.possible.back();
  const auto pgdat = boot.profile.struct_sizes.find("pglist_data");
  if (pgdat != boot.profile.struct_sizes.end()) {
    for (const auto& r : numa::node_data_requests(setup.nodes, pgdat->second, boot.profile.version)) {
      const auto found = boot.memblock.phys_alloc_try_nid(
          r.size, r.align, r.nid,
          boot.caller(boot.name_for_node("data", r.nid), {"alloc_node_data", "initmem_init"}));
      if (!found) {
        return boot.tell(Severity::panic, "alloc_node_data(), mm/numa.c",
                         fmt::format("Kernel panic - not syncing: Cannot allocate {} bytes for node {} data",
                                     r.size, r.nid));
      }
      boot.node_data[r.nid] = *found;
    }
  }
  boot.dump_memblock();
}

void free_area_init(Boot& boot) {
  zones::Options options;
  options.movable = movable_options(boot);
  options.max_page_order = boot.profile.max_page_order;
  options.version = boot.profile.version;
  const zones::Formed formed =
      zones::form(memory_of(boot), boot.nodes.online, zones::limits(boot.max_pfn, {.zone_dma = boot.profile.has("ZONE_DMA"),
                                                .zone_dma32 = boot.profile.has("ZONE_DMA32")}),
                  options);
  append(boot.events, formed.events, boot.step);
  for (const zones::Node& n : formed.nodes) {
    NodeState state{n.nid, n.start_pfn, n.spanned_pages, n.present_pages, {}};
    for (const zones::Zone& z : n.zones) state.zones.push_back({z, 0, {}});
    boot.node_states.push_back(std::move(state));
  }
  boot.zone_nodes = formed.nodes;
}

void memblock_free_all(Boot& boot) {
  buddy::Options options;
  options.max_low_pfn = boot.max_pfn;
  options.deferred_init = boot.profile.deferred_struct_page_init;
  options.kernelcore_mirror = boot.parameter("kernelcore") == "mirror";
  options.max_page_order = boot.profile.max_page_order;
  options.pageblock_order = boot.profile.pageblock_order;
  options.version = boot.profile.version;
  buddy::Handoff handoff = buddy::free_all(memory_of(boot), boot.memblock.reserved().list.regions(),
                                           boot.zone_nodes, options);
  for (buddy::ZoneFree& free : handoff.zones) {
    for (NodeState& node : boot.node_states) {
      if (node.nid != free.nid) continue;
      ZoneState& zone = node.zones[static_cast<std::size_t>(free.type)];
      zone.managed_pages = free.managed_pages;
      zone.free = std::move(free.free);
    }
  }
}

}  // namespace memmap::boot
