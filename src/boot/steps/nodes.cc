#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/align.h"
#include "boot/steps/steps.h"
#include "buddy/handoff.h"
#include "numa/emulate.h"
#include "numa/register.h"
#include "zones/form.h"
#include "zones/limits.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

memblock::Regions memory_of(const Boot& boot) { return boot.memblock.memory().list.regions(); }

// The affinities that firmware's SRAT or a scenario gives, in their order.
numa::Parsed parsed_nodes(const Boot& boot) {
  numa::Parsed out;
  for (const NodeMemory& m : boot.machine.node_memory) {
    out.blocks.push_back({m.range, m.nid});
    if (std::ranges::find(out.nodes, m.nid) == out.nodes.end()) out.nodes.push_back(m.nid);
  }
  for (const int nid : boot.machine.cpu_nodes) {
    if (std::ranges::find(out.nodes, nid) == out.nodes.end()) out.nodes.push_back(nid);
  }
  return out;
}

// kernel: x86_numa_init(): the SRAT's nodes, or one for everything
numa::Options numa_options(const Boot& boot) {
  numa::Options options;
  options.max_pfn = boot.max_pfn;
  options.nodes_shift = boot.profile.nodes_shift;
  const auto is_off = [](std::optional<std::string_view> value) {
    return value && value->starts_with("off");
  };
  options.numa_off = !boot.profile.numa || std::ranges::any_of(boot.values_of("numa"), is_off);
  options.version = boot.profile.version;
  return options;
}

numa::Registered nodes_of(const Boot& boot) {
  const numa::Options options = numa_options(boot);
  const memblock::Regions memory = memory_of(boot);
  if (boot.uses_affinities()) {
    numa::Registered setup = numa::from_blocks(parsed_nodes(boot), memory, options);
    if (setup.accepted) return setup;
  }
  return numa::dummy(memory, options);
}

// A size with a unit, or a percentage of all memory, which the next size overrides.
// kernel: cmdline_parse_core(), mm/mm_init.c
void core_size(std::optional<std::string_view> text, std::uint64_t& pages, std::uint64_t& percent) {
  if (!text) return;
  const auto number = kernel::simple_strtoull(*text);
  if (number.rest.starts_with('%')) {
    percent = number.value;
  } else {
    pages = kernel::memparse(*text).value >> kPageShift;
    percent = 0;
  }
}

zones::MovableOptions movable_options(const Boot& boot) {
  zones::MovableOptions options;
  options.movable_node = boot.profile.memory_hotplug && boot.has_parameter("movable_node");
  options.kernelcore_mirror = boot.mirrored_kernelcore();
  for (const auto& text : boot.values_of("kernelcore")) {
    if (text && kernel::parse_option_str(*text, "mirror")) continue;
    core_size(text, options.kernelcore_pages, options.kernelcore_percent);
  }
  for (const auto& text : boot.values_of("movablecore")) {
    core_size(text, options.movablecore_pages, options.movablecore_percent);
  }
  return options;
}

void append(Events& events, const Events& more, std::string_view step) {
  for (Event e : more) {
    if (e.step.empty()) e.step = step;
    events.push_back(std::move(e));
  }
}

}  // namespace

namespace {

void set_all_nodes(Boot& boot, int nid) {
  constexpr std::uint64_t kAll = ~0ull;
  boot.memblock.set_node(PhysAddr{0}, kAll, nid);
  boot.memblock.set_reserved_node(PhysAddr{0}, kAll, nid);
  boot.memblock.clear_hotplug(PhysAddr{0}, kAll);
}

constexpr std::string_view kTaker = "numa_alloc_distance";

// A byte for each pair of `nodes`, from 0 to the last.
std::optional<PhysRange> take_distances(Boot& boot, const std::vector<int>& nodes,
                                        std::string_view function) {
  const int last = nodes.empty() ? 0 : std::ranges::max(nodes);
  const auto count = static_cast<std::uint64_t>(last) + 1;
  const memblock::Caller caller{function, "distances between nodes"};
  const auto found = boot.behaviour.numa_distance_by_alloc
                         ? boot.memblock.alloc(count * count, kPageSize, caller)
                         : boot.take_within(boot.behaviour.bounded, count * count, kPageSize,
                                            PhysAddr{0}, boot.memblock.current_limit(), caller);
  if (!found) return std::nullopt;
  return PhysRange::from_size(*found, count * count);
}

// Firmware's distances between the nodes are kept in a table, from the moment they are read.
// kernel: acpi_numa_slit_init(), numa_alloc_distance(), arch/x86/mm/numa.c, v6.1;
// mm/numa_memblks.c, v6.12
std::optional<PhysRange> numa_alloc_distance(Boot& boot) {
  const bool has_slit = std::ranges::any_of(
      boot.machine.acpi_tables, [](const AcpiTable& t) { return t.signature == "SLIT"; });
  return has_slit && boot.uses_affinities() ? take_distances(boot, parsed_nodes(boot).nodes, kTaker)
                                            : std::nullopt;
}

// numa=fake splits the nodes; their distances are copied for the new ones.
// kernel: numa_emulation()
numa::Registered emulated(Boot& boot, numa::Registered physical,
                          std::optional<PhysRange> distances) {
  std::string_view command;
  for (const auto& value : boot.values_of("numa")) {
    if (value && value->starts_with("fake=")) command = value->substr(5);
  }
  if (command.empty() || !boot.profile.has("NUMA_EMU")) return physical;
  const memblock::Regions memory = boot.memblock.memory().list.regions();
  const numa::Emulation fake = numa::emulate(command, physical.meminfo, physical.possible, memory,
                                             boot.max_pfn, boot.profile.nodes_shift);
  append(boot.events, fake.events, boot.step);
  numa::Parsed parsed{.blocks = fake.blocks};
  for (std::size_t nid = 0; nid < fake.from.size(); ++nid) {
    if (fake.from[nid] >= 0) parsed.nodes.push_back(static_cast<int>(nid));
  }
  if (!fake.done) return physical;  // and the kernel says nothing
  numa::Registered split = numa::from_blocks(parsed, memory, numa_options(boot));
  if (!split.accepted) {
    boot.tell(Severity::warning, "numa_emulation(), mm/numa_emulation.c",
              "NUMA: Warning: constructed meminfo invalid, disabling emulation");
    return physical;
  }
  constexpr memblock::Caller kFree{"numa_emulation", {}};
  std::optional<PhysRange> copy;
  if (distances) {
    std::vector<int> old = physical.possible;
    copy = take_distances(boot, old, "numa_emulation");
    boot.memblock.free(distances->base(), distances->size(), {"numa_reset_distance", {}});
  }
  take_distances(boot, parsed.nodes, kTaker);
  if (copy) boot.memblock.free(copy->base(), copy->size(), kFree);
  boot.emulated_from = fake.from;
  return split;
}

void set_nodes(Boot& boot, const numa::Registered& setup) {
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.memblock.set_node(b.range.base(), b.range.size(), b.nid);
  }
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.memblock.set_reserved_node(b.range.base(), b.range.size(), b.nid);
  }
  // What of a node the kernel uses already can never be taken away.
  // kernel: numa_clear_kernel_node_hotplug()
  std::set<int> used;
  for (const memblock::Region& r : boot.memblock.reserved().list.regions()) used.insert(r.nid);
  for (const numa::NodeBlock& b : setup.meminfo) {
    if (used.contains(b.nid)) boot.memblock.clear_hotplug(b.range.base(), b.range.size());
  }
}

void alloc_node_data(Boot& boot, const numa::Registered& setup) {
  const std::uint64_t size = boot.profile.size_of("pglist_data", 174464);
  for (const auto& r : numa::node_data_requests(setup.nodes, size, boot.profile.version)) {
    const auto found = boot.memblock.phys_alloc_try_nid(
        r.size, r.align, r.nid,
        boot.caller(boot.name_for_node("data", r.nid), {"alloc_node_data", "initmem_init"}));
    if (!found) {
      return boot.tell(
          Severity::panic, "alloc_node_data(), mm/numa.c",
          fmt::format("Kernel panic - not syncing: Cannot allocate {} bytes for node {} data",
                      r.size, r.nid));
    }
    boot.node_data[r.nid] = *found;
  }
}

}  // namespace

// kernel: initmem_init(), numa_init(), arch/x86/mm/numa.c, v6.1 and v6.12
void initmem_init(Boot& boot) {
  set_all_nodes(boot, boot.behaviour.numa_clears_to_no_node ? memblock::kAnyNode
                                                            : boot.behaviour.max_numnodes);
  const std::optional<PhysRange> distances = numa_alloc_distance(boot);
  if (boot.uses_affinities() && boot.profile.memory_hotplug) {
    for (const NodeMemory& m : boot.machine.node_memory) {
      if (m.hotpluggable) boot.memblock.mark_hotplug(m.range.base(), m.range.size());
    }
  }
  boot.memblock.set_bottom_up(false);
  numa::Registered setup = nodes_of(boot);
  append(boot.events, setup.events, boot.step);
  setup = emulated(boot, std::move(setup), distances);
  set_nodes(boot, setup);
  boot.nodes = setup.nodes;
  boot.possible_nodes = setup.possible;
  alloc_node_data(boot, setup);
  if (!boot.panicked()) boot.dump_memblock();
}

// A node that has processors and no memory gets its data now, from wherever it is to be had, and is
// online. kernel: init_cpu_to_node(), init_memory_less_node(), arch/x86/mm/numa.c, v5.4 and v5.10
void init_cpu_to_node(Boot& boot) {
  if (!boot.uses_affinities() || !boot.emulated_from.empty()) return;
  std::vector<int> bare;
  for (const int nid : boot.machine.cpu_nodes) {
    const bool online = std::ranges::binary_search(boot.nodes.online, nid);
    if (!online && std::ranges::find(bare, nid) == bare.end()) bare.push_back(nid);
  }
  const std::uint64_t size = align_up(boot.profile.size_of("pglist_data", 174464), kPageSize);
  for (const int nid : bare) {
    const auto found = boot.memblock.phys_alloc_try_nid(
        size, kCacheLine, nid,
        boot.caller(boot.name_for_node("data", nid), {"alloc_node_data", "init_cpu_to_node"}));
    if (!found) {
      boot.tell(Severity::warning, "alloc_node_data(), arch/x86/mm/numa.c",
                fmt::format("Cannot find {} bytes in any node (initial node: {})", size, nid));
    }
  }
}

// Nodes without memory have data too. kernel: alloc_offline_node_data(), mm/numa.c, v6.12;
// generic_alloc_nodedata(), v6.1
void alloc_offline_node_data(Boot& boot) {
  for (const int nid : boot.possible_nodes) {
    if (std::ranges::binary_search(boot.nodes.online, nid)) continue;
    boot.alloc_or_panic(boot.profile.size_of("pglist_data", 174464), kCacheLine,
                        boot.caller(boot.name_for_node("data", nid),
                                    {"alloc_offline_node_data", "free_area_init"}));
  }
}

void free_area_init(Boot& boot) {
  zones::Options options;
  options.movable = movable_options(boot);
  options.max_page_order = boot.profile.max_page_order;
  options.version = boot.profile.version;
  const zones::Formed formed =
      zones::form(memory_of(boot), boot.nodes.online,
                  zones::limits(boot.max_pfn, {.zone_dma = boot.profile.has("ZONE_DMA"),
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
  options.kernelcore_mirror = boot.mirrored_kernelcore();
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
  boot.handed_over = true;
}

}  // namespace memmap::boot
