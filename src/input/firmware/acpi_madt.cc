// ACPI's multiple APIC description table: the processors there may be, and the I/O APICs.
#include <fmt/format.h>

#include <algorithm>

#include "input/firmware/acpi_table.h"
#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHead = 44;  // the common header, the local APICs' address, flags
constexpr Rule kRule{"acpi_process_madt", "arch/x86/kernel/acpi/boot.c"};
constexpr std::uint32_t kEnabled = 1, kOnlineCapable = 2;
enum Kind : std::uint8_t { kLocalApic = 0, kIoApic = 1, kLocalSapic = 7, kX2apic = 9 };
constexpr std::size_t kMaxIoApics = 128;  // MAX_IO_APICS

struct Processor {
  Kind kind = kLocalApic;
  std::uint32_t apic_id = 0;
  std::uint32_t flags = 0;
};

struct Found {
  std::vector<Processor> processors{};
  std::vector<std::uint32_t> io_apics{};  // their addresses
  PhysAddr lapic{};                       // the local APICs' address
  bool damaged = false;                   // a structure is shorter than its kind
};

void take(const AcpiEntry& e, Found& out) {
  const auto word = [&](std::size_t at) { return little_endian<std::uint32_t>(e.bytes, at); };
  const auto byte = [&](std::size_t at) { return little_endian<std::uint8_t>(e.bytes, at); };
  const auto whole = [&](std::size_t size) {
    out.damaged = out.damaged || e.bytes.size() < size;
    return e.bytes.size() >= size;
  };
  switch (e.kind) {
    case kLocalApic:
      if (whole(8) && byte(3) != 0xff) out.processors.push_back({kLocalApic, byte(3), word(4)});
      return;
    case kX2apic:
      if (whole(16) && word(4) != ~0u) out.processors.push_back({kX2apic, word(4), word(8)});
      return;
    case kLocalSapic:
      if (whole(16)) {
        const std::uint32_t id = std::uint32_t{byte(3)} << 8 | byte(4);
        out.processors.push_back({kLocalSapic, id, word(8)});
      }
      return;
    case kIoApic:
      if (whole(12)) out.io_apics.push_back(word(4));
      return;
    default:
      return;
  }
}

// SAPICs, where there are any, stand for all. An x2APIC of a small number that stands beside local
// APICs names one of those once more. kernel: acpi_parse_madt_lapic_entries(), acpi_parse_x2apic()
void drop_repeated(std::vector<Processor>& processors) {
  const auto is = [](Kind kind) { return [kind](const Processor& p) { return p.kind == kind; }; };
  if (std::ranges::any_of(processors, is(kLocalSapic))) {
    std::erase_if(processors, [](const Processor& p) { return p.kind != kLocalSapic; });
  }
  const bool local = std::ranges::any_of(processors, [](const Processor& p) {
    return p.kind == kLocalApic && (p.flags & (kEnabled | kOnlineCapable)) != 0;
  });
  std::erase_if(processors, [&](const Processor& p) {
    return p.apic_id >= kMaxLocalApic || (local && p.kind == kX2apic && p.apic_id < 0xff);
  });
}

ListedCpus counted(const std::vector<Processor>& processors) {
  ListedCpus count;
  for (const Processor& p : processors) {
    unsigned& kind = (p.flags & kEnabled) != 0         ? count.enabled
                     : (p.flags & kOnlineCapable) != 0 ? count.online_capable
                                                       : count.disabled;
    ++kind;
  }
  return count;
}

// Processors are numbered in the table's order; those that are not enabled have no number yet when
// the nodes are made. kernel: init_cpu_to_node(), arch/x86/mm/numa.c, v6.12
void order_cpu_nodes(const std::vector<Processor>& processors, Machine& machine) {
  if (machine.apic_nodes.empty()) return;
  machine.cpu_nodes.clear();
  for (const Processor& p : processors) {
    if ((p.flags & kEnabled) == 0) continue;
    const auto it =
        std::ranges::find(machine.apic_nodes, p.apic_id, &std::pair<std::uint32_t, int>::first);
    machine.cpu_nodes.push_back(it == machine.apic_nodes.end() ? -1 : it->second);
  }
  // A node of processors that may be plugged in is there without them.
  // kernel: acpi_numa_processor_affinity_init(), arch/x86/mm/srat.c
  for (const auto& [apic, node] : machine.apic_nodes) {
    if (std::ranges::find(machine.cpu_nodes, node) == machine.cpu_nodes.end() &&
        std::ranges::find(machine.other_nodes, node) == machine.other_nodes.end())
      machine.other_nodes.push_back(node);
  }
}

// kernel: mp_register_ioapic(), arch/x86/kernel/apic/io_apic.c, v6.12
std::vector<PhysAddr> used_io_apics(const std::vector<std::uint32_t>& addresses) {
  std::vector<PhysAddr> used;
  for (const std::uint32_t address : addresses) {
    if (address == 0 || used.size() == kMaxIoApics) continue;
    if (!std::ranges::count(used, PhysAddr{address})) used.push_back(PhysAddr{address});
  }
  return used;
}

}  // namespace

Status add_madt(const AcpiBytes& table, Machine& machine) {
  Found found;
  if (table.bytes.size() >= kHead) {
    found.lapic = PhysAddr{little_endian<std::uint32_t>(table.bytes, 36)};
  }
  const auto walk = walk_acpi_entries(table, kHead, [&](const AcpiEntry& e) { take(e, found); });
  if (!walk) return walk.errors();
  if (*walk == AcpiWalk::zero_length || found.damaged) {
    machine.firmware_events.push_back({FirmwareTable::madt,
                                       {.severity = Severity::warning,
                                        .rule = kRule,
                                        .text = "ACPI: Invalid BIOS MADT, disabling ACPI"}});
    return Done{};
  }
  drop_repeated(found.processors);
  const auto has_online_capable =
      machine.listed_cpus ? machine.listed_cpus->has_online_capable : std::nullopt;
  machine.listed_cpus = counted(found.processors);
  machine.listed_cpus->has_online_capable = has_online_capable;
  order_cpu_nodes(found.processors, machine);
  machine.ioapic_addresses = used_io_apics(found.io_apics);
  const auto io_apics = static_cast<unsigned>(machine.ioapic_addresses.size());
  if (machine.ioapics && *machine.ioapics != io_apics) {
    machine.notes.push_back(fmt::format("I/O APICs: {} in the log, {} in {}, which is used",
                                        *machine.ioapics, io_apics, table.name));
  }
  machine.ioapics = io_apics;
  machine.lapic_address = found.lapic;
  return Done{};
}

}  // namespace memmap::input
