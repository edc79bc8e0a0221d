#include "boot/mm/nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/align.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "buddy/deferred.h"
#include "numa/register.h"
#include "zones/form.h"
#include "zones/limits.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

memblock::Regions memory_of(const Boot& boot) { return boot.state.memblock.memory().regions(); }

numa::Options numa_options(const Boot& boot) {
  numa::Options options;
  options.max_pfn = boot.state.max_pfn;
  options.nodes_shift = boot.in.profile.nodes_shift;
  options.behaviour = boot.in.behaviour;
  return options;
}

// A size with a unit, or a percentage of all memory, which the next size overrides.
// kernel: cmdline_parse_core(), mm/mm_init.c
void core_size(const Boot& boot, std::optional<std::string_view> text, std::uint64_t& pages,
               std::uint64_t& percent) {
  if (!text) return;
  const auto number = kernel::simple_strtoull(*text);
  if (boot.in.behaviour.core_takes_percent && number.rest.starts_with('%')) {
    percent = number.value;
  } else {
    pages = kernel::memparse(*text).value >> kPageShift;
    percent = 0;
  }
}

zones::MovableOptions movable_options(const Boot& boot) {
  zones::MovableOptions options;
  options.movable_node = boot.in.profile.memory_hotplug && boot.in.has_parameter("movable_node");
  options.kernelcore_mirror = boot.in.mirrored_kernelcore();
  for (const auto& text : boot.in.values_of("kernelcore")) {
    if (text && kernel::parse_option_str(*text, "mirror")) continue;
    core_size(boot, text, options.kernelcore_pages, options.kernelcore_percent);
  }
  for (const auto& text : boot.in.values_of("movablecore")) {
    core_size(boot, text, options.movablecore_pages, options.movablecore_percent);
  }
  return options;
}

}  // namespace

namespace {

void set_all_nodes(Boot& boot, int nid) {
  constexpr std::uint64_t kAll = ~0ull;
  boot.state.memblock.set_node(PhysAddr{0}, kAll, nid);
  boot.state.memblock.set_reserved_node(PhysAddr{0}, kAll, nid);
  boot.state.memblock.clear_hotplug(PhysAddr{0}, kAll);
}

constexpr std::string_view kTaker = "numa_alloc_distance";

// A byte for each pair of `nodes`, from 0 to the last.
std::optional<PhysRange> take_distances(Boot& boot, const std::vector<int>& nodes,
                                        std::string_view function) {
  const int last = nodes.empty() ? 0 : std::ranges::max(nodes);
  const auto count = static_cast<std::uint64_t>(last) + 1;
  const memblock::Caller caller{function, owner::kDistancesBetweenNodes};
  const auto found =
      boot.in.behaviour.numa_distance_by_alloc
          ? boot.state.memblock.alloc(count * count, kPageSize, caller)
          : boot.take_within(boot.in.behaviour.bounded, count * count, kPageSize, PhysAddr{0},
                             boot.state.memblock.current_limit(), caller);
  if (!found) return std::nullopt;
  return PhysRange::from_size(*found, count * count);
}

// What a source answers; nullopt: it has nothing to tell, or is at fault.
std::optional<NodeAnswer> ask(Boot& boot, NodeSource& source, const numa::Registered* accepted) {
  auto answer = source.run({memory_of(boot), boot.state.max_pfn, accepted});
  if (!answer) {
    boot.story.fail(answer.errors());
    return std::nullopt;
  }
  for (Event& e : answer->events) e.by = source.name();
  boot.story.tell(answer->events);
  if (!answer->given) return std::nullopt;
  return *std::move(answer);
}

// What firmware's tables come to before windows for CXL memory, which the kernel reads last, change blocks and add nodes.
// kernel: acpi_numa_init(), acpi_numa_memory_affinity_init(), drivers/acpi/numa/srat.c, v6.12
struct BeforeWindows {
  std::vector<int> nodes{};
  std::vector<PhysRange> hotplug{};
  PhysAddr end{};  // of memory, hot-plug windows too
};

BeforeWindows before_windows(const Machine& machine, const NodeAnswer& answer) {
  BeforeWindows out;
  const bool has_windows =
      answer.processors_have_nodes && !machine.cxl_windows.empty() && !machine.node_memory.empty();
  if (!has_windows) {
    out.nodes = answer.parsed.nodes;
    out.hotplug = answer.hotplug;
    for (const numa::NodeBlock& b : answer.parsed.blocks)
      out.end = std::max(out.end, b.range.end());
    return out;
  }
  out.nodes = machine.other_nodes;
  out.nodes.insert(out.nodes.end(), machine.cpu_nodes.begin(), machine.cpu_nodes.end());
  for (const NodeMemory& m : machine.node_memory) {
    out.nodes.push_back(m.nid);
    out.end = std::max(out.end, m.range.end());
    if (m.hotpluggable) out.hotplug.push_back(m.range);
  }
  return out;
}

struct Accepted {
  numa::Registered setup{};
  std::optional<PhysRange> distances{};  // their table
};

// One source tried; nullopt: it has nothing to tell.
// kernel: numa_init(), arch/x86/mm/numa.c, v6.1; numa_memblks_init(), mm/numa_memblks.c, v6.12
std::optional<Accepted> try_source(Boot& boot, NodeSource& source) {
  set_all_nodes(boot, boot.in.behaviour.numa_clears_to_no_node ? memblock::kAnyNode
                                                               : boot.in.behaviour.max_numnodes);
  const auto answer = ask(boot, source, nullptr);
  if (!answer) return std::nullopt;
  Accepted out;
  // They are kept in a table from the moment they are read.
  // kernel: acpi_numa_slit_init(), numa_alloc_distance()
  const BeforeWindows before = before_windows(boot.in.machine, *answer);
  if (answer->tells_distances) out.distances = take_distances(boot, before.nodes, kTaker);
  if (boot.in.profile.memory_hotplug) {
    for (const PhysRange r : before.hotplug) boot.state.memblock.mark_hotplug(r.base(), r.size());
  }
  if (answer->processors_have_nodes)
    boot.state.firmware_memory_end = std::max(boot.state.firmware_memory_end, before.end);
  boot.state.memblock.set_bottom_up(false);
  const memblock::Regions memory = memory_of(boot);
  out.setup = numa::from_blocks(answer->parsed, memory, numa_options(boot));
  boot.story.tell(out.setup.events);
  boot.state.processors_have_nodes = out.setup.accepted && answer->processors_have_nodes;
  return out;
}

// The first that is accepted; the last resort whether it is or not.
// kernel: x86_numa_init()
std::optional<Accepted> accepted_source(Boot& boot) {
  const auto& sources = boot.in.options.node_sources;
  for (NodeSource* source : sources) {
    auto tried = try_source(boot, *source);
    if (boot.story.failed()) return std::nullopt;
    if (!tried) continue;
    if (tried->setup.accepted || source == sources.back()) return tried;
    if (const auto table = tried->distances) {
      boot.state.memblock.free(table->base(), table->size(), {"numa_reset_distance", {}});
    }
  }
  boot.story.fail(
      {{fmt::format("none of the {} sources of nodes had any to give", sources.size())}});
  return std::nullopt;
}

// By new node: the one of `old` that its first block was part of; -1: none.
std::vector<int> origins(const numa::Parsed& split, const numa::Registered& old,
                         unsigned nodes_shift) {
  std::vector<int> from(std::size_t{1} << nodes_shift, -1);
  for (const numa::NodeBlock& b : split.blocks) {
    if (b.nid < 0 || static_cast<std::size_t>(b.nid) >= from.size()) continue;
    int& nid = from[static_cast<std::size_t>(b.nid)];
    const auto in = std::ranges::find_if(
        old.meminfo, [&](const auto& o) { return o.range.contains(b.range.base()); });
    if (nid < 0 && in != old.meminfo.end()) nid = in->nid;
  }
  return from;
}

// Nodes for proximity domains of the SRAT of which no new node is made, as they have no memory: behind the new nodes.
// kernel: fix_pxm_node_maps(), drivers/acpi/numa/srat.c, v6.12
std::vector<int> nodes_of_other_domains(const Boot& boot, const numa::Parsed& split,
                                        const numa::Registered& physical,
                                        const std::vector<int>& from) {
  if (!boot.in.behaviour.fake_nodes_keep_domains || !boot.state.processors_have_nodes) return {};
  int last = -1;
  for (const numa::NodeBlock& b : split.blocks) last = std::max(last, b.nid);
  std::vector<int> out;
  for (const int nid : physical.possible) {
    if (std::ranges::find(from, nid) == from.end()) out.push_back(++last);
  }
  return out;
}

// Makes other nodes of the accepted ones; their distances are copied for the new ones.
// kernel: numa_emulation()
void transform(Boot& boot, NodeSource& source, Accepted& physical) {
  auto answer = ask(boot, source, &physical.setup);
  if (!answer) return;
  const std::vector<int> from =
      origins(answer->parsed, physical.setup, boot.in.profile.nodes_shift);
  const std::vector<int> others =
      nodes_of_other_domains(boot, answer->parsed, physical.setup, from);
  std::vector<int>& nodes = answer->parsed.nodes;
  nodes.insert(nodes.end(), others.begin(), others.end());
  const memblock::Regions memory = memory_of(boot);
  numa::Registered split = numa::from_blocks(answer->parsed, memory, numa_options(boot));
  if (!split.accepted) {
    return boot.story.tell(Severity::warning, rule::kNumaEmulation,
                           "NUMA: Warning: constructed meminfo invalid, disabling emulation");
  }
  constexpr memblock::Caller kFree{"numa_emulation", {}};
  std::optional<PhysRange> copy;
  if (const auto old = physical.distances) {
    copy = take_distances(boot, physical.setup.possible, "numa_emulation");
    boot.state.memblock.free(old->base(), old->size(), {"numa_reset_distance", {}});
  }
  physical.distances = take_distances(boot, nodes, kTaker);
  if (!copy && physical.distances && !others.empty()) {
    return boot.story.tell(
        Severity::panic, rule::kNumaEmulation,
        "BUG: kernel NULL pointer dereference, address: 0000000000000001: a "
        "proximity domain without memory wants a distance, and there is no SLIT");
  }
  if (copy) boot.state.memblock.free(copy->base(), copy->size(), kFree);
  boot.state.emulated_from = from;
  physical.setup = std::move(split);
}

void set_nodes(Boot& boot, const numa::Registered& setup) {
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.state.memblock.set_node(b.range.base(), b.range.size(), b.nid);
  }
  for (const numa::NodeBlock& b : setup.meminfo) {
    boot.state.memblock.set_reserved_node(b.range.base(), b.range.size(), b.nid);
  }
  // What of a node the kernel uses already can never be taken away.
  // kernel: numa_clear_kernel_node_hotplug()
  std::set<int> used;
  for (const memblock::Region& r : boot.state.memblock.reserved().regions()) used.insert(r.nid);
  for (const numa::NodeBlock& b : setup.meminfo) {
    if (used.contains(b.nid)) boot.state.memblock.clear_hotplug(b.range.base(), b.range.size());
  }
}

void tell_no_room(Boot& boot, std::uint64_t size, int nid) {
  boot.story.tell(Severity::warning, rule::kAllocNodeDataOld,
                  fmt::format("Cannot find {} bytes in any node (initial node: {})", size, nid));
}

void alloc_node_data(Boot& boot, const numa::Registered& setup) {
  const std::uint64_t size = boot.in.profile.size_of(type::pglist_data);
  for (const auto& r : numa::node_data_requests(setup.nodes, size, boot.in.behaviour)) {
    const auto found = boot.state.memblock.phys_alloc_try_nid(
        r.size, r.align, r.nid,
        boot.caller(boot.story.of_node(owner::kData, r.nid),
                    {function::alloc_node_data, function::initmem_init}));
    if (!found && boot.in.behaviour.numa_is_generic) {
      return boot.story.tell(
          Severity::panic, rule::kAllocNodeData,
          fmt::format("Kernel panic - not syncing: Cannot allocate {} bytes for node {} data",
                      r.size, r.nid));
    }
    if (!found) {  // it goes on, until it needs them
      tell_no_room(boot, r.size, r.nid);
      return boot.story.tell(
          Severity::panic, rule::kSubsectionMapInit,
          fmt::format("BUG: kernel NULL pointer dereference: node {} has no data", r.nid));
    }
    boot.state.node_data[r.nid] = *found;
  }
}

}  // namespace

// kernel: initmem_init(), arch/x86/mm/numa_64.c, v6.1 and v6.12
void initmem_init(Boot& boot) {
  boot.tell_of(FirmwareTable::srat);
  auto accepted = accepted_source(boot);
  if (!accepted) return;
  for (NodeSource* source : boot.in.options.node_transforms) {
    transform(boot, *source, *accepted);
    if (boot.story.failed() || boot.story.panicked()) return;
  }
  const numa::Registered& setup = accepted->setup;
  set_nodes(boot, setup);
  boot.state.nodes = setup.nodes;
  boot.state.possible_nodes = setup.possible;
  alloc_node_data(boot, setup);
  if (setup.unseen != 0 && !boot.story.panicked()) {
    return boot.story.tell(
        Severity::panic, rule::kMemmapInit,
        fmt::format("BUG: kernel NULL pointer dereference: {} MiB of memory have no node, and "
                    "count as covered (memblock_validate_numa_coverage())",
                    setup.unseen >> 20));
  }
  if (!boot.story.panicked()) boot.story.dump_memblock();
}

// Nodes without memory are online for their processors, if these are possible; none has to run.
// kernel: init_cpu_to_node(), arch/x86/mm/numa.c, v6.1, v6.12 and v7.2
void init_cpu_to_node(Boot& boot) {
  std::vector<int>& online = boot.state.online_nodes;
  online = boot.state.nodes.online;
  if (!boot.state.processors_have_nodes || !boot.state.emulated_from.empty()) return;
  const std::vector<int>& of_cpu = boot.in.machine.cpu_nodes;
  for (std::size_t cpu = 0; cpu < of_cpu.size() && cpu < boot.in.possible_cpus; ++cpu) {
    const auto at = std::ranges::lower_bound(online, of_cpu[cpu]);
    if (of_cpu[cpu] >= 0 && (at == online.end() || *at != of_cpu[cpu]))
      online.insert(at, of_cpu[cpu]);
  }
}

// They get their data now, from wherever it is to be had, in the order of their processors.
// kernel: init_memory_less_node(), arch/x86/mm/numa.c, v5.4 and v5.10
void init_memory_less_node(Boot& boot) {
  std::vector<int> bare;
  for (const int nid : boot.in.machine.cpu_nodes) {
    if (std::ranges::binary_search(boot.state.online_nodes, nid) &&
        !std::ranges::binary_search(boot.state.nodes.online, nid) &&
        std::ranges::find(bare, nid) == bare.end())
      bare.push_back(nid);
  }
  const std::uint64_t size = align_up(boot.in.profile.size_of(type::pglist_data), kPageSize);
  for (const int nid : bare) {
    const auto found = boot.state.memblock.phys_alloc_try_nid(
        size, kCacheLine, nid,
        boot.caller(boot.story.of_node(owner::kData, nid),
                    {function::alloc_node_data, function::init_cpu_to_node}));
    if (!found) tell_no_room(boot, size, nid);
  }
}

// Nodes without memory have data too. kernel: alloc_offline_node_data(), mm/numa.c, v6.12;
// generic_alloc_nodedata(), v6.1
void alloc_offline_node_data(Boot& boot) {
  for (const int nid : boot.state.possible_nodes) {
    if (std::ranges::binary_search(boot.state.nodes.online, nid)) continue;
    const memblock::Caller caller =
        boot.caller(boot.story.of_node(owner::kData, nid),
                    {function::alloc_offline_node_data, function::free_area_init});
    const bool own = caller.function == function::alloc_offline_node_data.name;
    boot.alloc_or_panic(boot.in.profile.size_of(type::pglist_data), kCacheLine, caller,
                        own ? "mm/numa.c" : "mm/mm_init.c");
  }
}

void free_area_init(Boot& boot) {
  zones::Options options;
  options.movable = movable_options(boot);
  options.max_page_order = boot.in.profile.max_page_order;
  options.behaviour = boot.in.behaviour;
  const zones::Formed formed = zones::form(
      memory_of(boot), boot.state.nodes.online,
      zones::limits(boot.state.max_pfn, {.zone_dma = boot.in.profile.has(config::ZONE_DMA),
                                         .zone_dma32 = boot.in.profile.has(config::ZONE_DMA32)}),
      options);
  boot.story.tell(formed.events);
  for (const zones::Node& n : formed.nodes) {
    NodeState state{n.nid, n.start_pfn, n.spanned_pages, n.present_pages, {}};
    for (const zones::Zone& z : n.zones) state.zones.push_back({z});
    boot.state.node_states.push_back(std::move(state));
    if (boot.in.defers_struct_pages && !boot.in.behaviour.deferred_takes_section) {
      boot.state.pages_at_once[n.nid] =
          buddy::pages_at_once(n, boot.state.memblock.reserved().regions(), boot.in.behaviour);
    }
  }
}

}  // namespace memmap::boot
