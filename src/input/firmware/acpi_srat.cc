// ACPI's system resource affinity table: which processors and which memory make a node.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "input/firmware/acpi_table.h"
#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHead = 48;  // the common header, 12 bytes reserved
constexpr Rule kRule{"acpi_numa_init", "drivers/acpi/numa/srat.c"};
constexpr std::uint32_t kEnabled = 1, kHotPluggable = 2;
enum Kind : std::uint8_t { kProcessor = 0, kMemory = 1, kX2apic = 2, kGenericInitiator = 5 };
constexpr std::size_t kProcessorBytes = 16, kMemoryBytes = 40, kX2apicBytes = 24,
                      kInitiatorBytes = 32;

struct Affinities {
  std::vector<std::pair<std::uint32_t, int>> processors{};  // APIC ID, node
  std::vector<NodeMemory> memory{};
  std::vector<int> others{};
  std::vector<std::uint32_t> domains{};  // of each node; empty: each node's number
};

// Reads the affinities as the kernel does: first those of processors and initiators, then those of
// memory; a domain becomes the next node when it is met first.
class SratReader {
 public:
  SratReader(const AcpiBytes& table, Machine& machine)
      : machine_(machine), wide_domains_(table.revision >= 2) {}

  void processor_pass(const AcpiEntry& e) {
    if (stopped_ || bad_) return;
    if (e.kind == kProcessor) return processor(e.bytes);
    if (e.kind == kX2apic) return x2apic(e.bytes);
    if (e.kind == kGenericInitiator) initiator(e.bytes);
  }

  void memory_pass(const AcpiEntry& e) {
    if (bad_ || e.kind != kMemory) return;
    if (e.bytes.size() < kMemoryBytes) {
      tell(fmt::format("ACPI: SRAT: Unexpected header length: {}", e.bytes.size()));
      return refuse();
    }
    const std::uint32_t flags = word(e.bytes, 28);
    if ((flags & kEnabled) == 0) return;
    const auto node = node_of(word(e.bytes, 2) & (wide_domains_ ? ~0u : 0xffu));
    if (!node) return;
    const auto base = little_endian<std::uint64_t>(e.bytes, 8);
    const auto size = little_endian<std::uint64_t>(e.bytes, 16);
    const auto range = PhysRange::from_size(PhysAddr{base}, size);
    if (range && !range->empty()) {
      found_.memory.push_back(
          {.range = *range, .nid = *node, .hotpluggable = (flags & kHotPluggable) != 0});
      return;
    }
    // kernel: numa_add_memblk_to(): ignored, but the node is there
    if (size != 0) {
      tell(fmt::format("Warning: invalid memblk node {} [mem {:#012x}-{:#012x}]", *node, base,
                       base + size - 1));
    }
    found_.others.push_back(*node);
  }

  // A structure of no length ends the table; where that is met among memory none is used.
  void zero_length() {
    tell(fmt::format("ACPI: [SRAT:0x{:02x}] Invalid zero length", unsigned{kMemory}));
    bad_ = true;
  }

  // The table's affinities; empty where the kernel uses none of them.
  Affinities take() && {
    if (bad_ || found_.memory.empty()) return {};
    const auto is_its_own = [](const auto& node) {
      return node.first == static_cast<std::uint32_t>(node.second);
    };
    if (!std::ranges::all_of(nodes_, is_its_own)) {
      found_.domains.resize(nodes_.size());
      for (const auto& [domain, nid] : nodes_)
        found_.domains[static_cast<std::size_t>(nid)] = domain;
    }
    return std::move(found_);
  }

 private:
  static std::uint32_t word(std::string_view bytes, std::size_t at) {
    return little_endian<std::uint32_t>(bytes, at);
  }

  void processor(std::string_view bytes) {
    if (bytes.size() != kProcessorBytes) return refuse();
    if ((word(bytes, 4) & kEnabled) == 0) return;
    // Before revision 2 the upper bytes of a domain are reserved.
    const std::uint32_t low = little_endian<std::uint8_t>(bytes, 2);
    const auto node = node_of(wide_domains_ ? low | (word(bytes, 8) & 0xffffff00u) : low);
    if (node) found_.processors.emplace_back(little_endian<std::uint8_t>(bytes, 3), *node);
  }

  void x2apic(std::string_view bytes) {
    if (bytes.size() < kX2apicBytes) return refuse();
    if ((word(bytes, 12) & kEnabled) == 0) return;
    const auto node = node_of(word(bytes, 4));
    if (node && word(bytes, 8) < kMaxLocalApic)
      found_.processors.emplace_back(word(bytes, 8), *node);
  }

  // One that is not enabled ends the pass. kernel: acpi_parse_gi_affinity()
  void initiator(std::string_view bytes) {
    if (bytes.size() < kInitiatorBytes || (word(bytes, 24) & kEnabled) == 0) {
      stopped_ = true;
      return;
    }
    if (const auto node = node_of(word(bytes, 4))) found_.others.push_back(*node);
  }

  std::optional<int> node_of(std::uint32_t domain) {
    if (domain > Machine::kMaxDomain) {
      tell("ACPI: SRAT: Too many proximity domains.");
      refuse();
      return std::nullopt;
    }
    const int next = static_cast<int>(nodes_.size());
    return nodes_.emplace(domain, next).first->second;
  }

  // kernel: bad_srat()
  void refuse() {
    bad_ = true;
    tell("ACPI: SRAT: SRAT not used.");
  }

  void tell(std::string text) {
    machine_.firmware_events.push_back(
        {FirmwareTable::srat,
         {.severity = Severity::warning, .rule = kRule, .text = std::move(text)}});
  }

  Machine& machine_;
  bool wide_domains_;
  bool bad_ = false;
  bool stopped_ = false;
  std::map<std::uint32_t, int> nodes_{};
  Affinities found_{};
};

bool same_memory(const std::vector<NodeMemory>& a, const std::vector<NodeMemory>& b) {
  return std::ranges::equal(a, b, [](const NodeMemory& x, const NodeMemory& y) {
    return x.range == y.range && x.nid == y.nid;
  });
}

}  // namespace

Status add_srat(const AcpiBytes& table, Machine& machine) {
  SratReader reader(table, machine);
  const auto first =
      walk_acpi_entries(table, kHead, [&](const AcpiEntry& e) { reader.processor_pass(e); });
  if (!first) return first.errors();
  const auto second =
      walk_acpi_entries(table, kHead, [&](const AcpiEntry& e) { reader.memory_pass(e); });
  if (!second) return second.errors();
  if (*second == AcpiWalk::zero_length) reader.zero_length();
  Affinities found = std::move(reader).take();
  if (!machine.node_memory.empty() && !same_memory(machine.node_memory, found.memory)) {
    machine.notes.push_back(
        fmt::format("nodes' memory in the log differs from {}, which is used", table.name));
  }
  machine.node_memory = std::move(found.memory);
  machine.other_nodes = std::move(found.others);
  machine.node_domains = std::move(found.domains);
  machine.cpu_nodes.clear();
  machine.apic_nodes = std::move(found.processors);
  for (const auto& [apic, node] : machine.apic_nodes) machine.cpu_nodes.push_back(node);
  return Done{};
}

}  // namespace memmap::input
