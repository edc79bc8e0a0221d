// What a scenario holds of a machine: one row a member, with its key and its kind. The reader of
// scenarios, their writers and the tests walk over these rows; a new member is a row here and a key
// in share/schema/scenario.json.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "machine/machine.h"

namespace memmap {

inline constexpr std::string_view kScenarioSchema = "memmap/scenario/1";
inline constexpr std::string_view kFirmwareWords[] = {"unknown", "bios", "efi", "xen"};
inline constexpr std::string_view kEncryptionWords[] = {"none",   "sme",     "sev",
                                                        "sev-es", "sev-snp", "tdx"};
inline constexpr std::string_view kXenDomainWords[] = {"none", "pv", "pvh", "dom0"};
inline constexpr std::string_view kX2apicWords[] = {"unknown", "off", "on", "locked"};

// `required`: a scenario without the key is refused. `written`: it is always written. `optional`: it
// is written unless it is empty, 0 or nullopt.
enum class Need { required, written, optional };

// A visitor `v` has a function for each kind. Values are const for those that only look.
//
//   v.constant(key, word)               the word and no other
//   v.remark(key, notes)                a text that is read as a note, and not written
//   v.texts(key, texts)                 a list of texts
//   v.text(key, text[, need])
//   v.number(key, number[, need])       an address or a size: hexadecimal
//   v.count(key, number, max[, need])   decimal; of an optional one: max[, min]
//   v.id(key, number)                   16 bits, hexadecimal
//   v.flag(key, flag, usual)            written where it is not as usual
//   v.choice(key, value, words[, need]) an enum that counts as its words; the first is the usual one
//   v.pci_address(key, address)
//   v.range(key, range)                 a map of bounds
//   v.bounds(range, need)               bounds among the other keys: start and end, last or size
//   v.entry(addr, size, type)           the same of an e820 entry, and its type
//   v.ranges(key, ranges, what)         a list of ranges; `what` names one in messages
//   v.list(key, values, what, need)     a list of values that have rows of their own
//   v.object(key, value)                one such value
//   v.addresses(key, addresses)         a list of addresses
//   v.numbers(key, numbers, max, told)  a list of numbers; `told`: what each has to be
//   v.nodes(key, nids, none)            a list of nodes, `none` for -1 where Lack::possible
//   v.options(key, pairs)               a map of texts
//   v.check(good, key, message)         of a reader: what no single value tells; no key: of the map
enum class Lack { possible, impossible };

template <class T, class Struct>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Struct>;

constexpr bool is_square(std::size_t number) {
  std::size_t side = 0;
  while (side * side < number) ++side;
  return side * side == number;
}

inline bool all_different(std::vector<std::uint32_t> numbers) {
  std::ranges::sort(numbers);
  return std::ranges::adjacent_find(numbers) == numbers.end();
}

// Whether each plugin that is to be left out is named once.
inline bool left_out_once(const std::vector<PluginUse>& plugins) {
  return std::ranges::all_of(plugins, [&](const PluginUse& p) {
    return p.enabled || std::ranges::count(plugins, p.name, &PluginUse::name) == 1;
  });
}

// Whether none is a file's path: who reads an input has not chosen what code runs.
inline bool named_by_name(const std::vector<PluginUse>& plugins) {
  return std::ranges::none_of(plugins,
                              [](const PluginUse& p) { return p.name.find('/') != p.name.npos; });
}

inline constexpr std::uint64_t kLargestU32 = std::numeric_limits<std::uint32_t>::max();

template <class V>
void visit_members(V& v, MaybeConst<E820Entry> auto& e) {
  v.entry(e.addr, e.size, e.type);
}

template <class V>
void visit_members(V& v, MaybeConst<SetupData> auto& s) {
  v.number("addr", s.addr, Need::required);
  v.count("type", s.type, kLargestU32, Need::required);
  v.number("len", s.len, Need::required);
  v.range("indirect", s.indirect);
  v.count("indirect_type", s.indirect_type, kLargestU32);
  v.check(s.range().has_value(), "", "a node of setup_data reaches beyond 2^64");
}

template <class V>
void visit_members(V& v, MaybeConst<EfiMemory> auto& e) {
  v.bounds(e.range, Need::required);
  v.count("type", e.type, kLargestU32, Need::required);
  v.number("attributes", e.attributes, Need::written);
}

template <class V>
void visit_members(V& v, MaybeConst<AcpiTable> auto& t) {
  v.text("signature", t.signature, Need::required);
  v.bounds(t.range, Need::optional);
}

template <class V>
void visit_members(V& v, MaybeConst<NodeMemory> auto& n) {
  v.count("nid", n.nid, std::numeric_limits<int>::max(), Need::required);
  v.bounds(n.range, Need::required);
  v.flag("hotplug", n.hotpluggable, false);
}

template <class V>
void visit_members(V& v, MaybeConst<CpuFacts> auto& c) {
  constexpr std::uint64_t kMost = 1 << 20;
  v.count("possible", c.possible, kMost);
  v.count("present", c.present, kMost);
  v.flag("gbpages", c.gbpages);
  v.flag("la57", c.la57);
  v.flag("nx", c.nx);
  v.flag("pse", c.pse);
  v.flag("pge", c.pge);
  v.flag("pcid", c.pcid);
  v.count("phys_bits", c.phys_bits, CpuFacts::kMostPhysBits, CpuFacts::kLeastPhysBits);
  v.flag("meltdown", c.meltdown);
  v.text("vendor", c.vendor);
  v.text("hypervisor", c.hypervisor);
  v.count("family", c.family, kLargestU32);
  v.count("model", c.model, kLargestU32);
}

template <class V>
void visit_members(V& v, MaybeConst<ListedCpus> auto& c) {
  constexpr std::uint64_t kMost = 1 << 15;
  v.count("enabled", c.enabled, kMost, Need::written);
  v.count("online_capable", c.online_capable, kMost, Need::written);
  v.count("disabled", c.disabled, kMost, Need::written);
  v.flag("has_online_capable", c.has_online_capable);
}

template <class V>
void visit_members(V& v, MaybeConst<KaslrBases> auto& b) {
  const auto base = [&v](std::string_view key, auto& place, std::uint64_t step) {
    v.number(key, place);
    v.check(!place || (raw(*place) % step == 0 && raw(*place) >= KaslrBases::kLowest), key,
            "is no place of the kernel's");
  };
  base("kernel_virt_base", b.kernel_virt_base, KaslrBases::kImageStep);
  base("page_offset_base", b.page_offset_base, KaslrBases::kAreaStep);
  base("vmalloc_base", b.vmalloc_base, KaslrBases::kAreaStep);
  base("vmemmap_base", b.vmemmap_base, KaslrBases::kAreaStep);
}

template <class V>
void visit_members(V& v, MaybeConst<KernelOptions> auto& o) {
  v.flag("deferred_struct_page_init", o.deferred_struct_page_init);
  v.count("log_buf_shift", o.log_buf_shift, KernelOptions::kMostLogShift,
          KernelOptions::kLeastLogShift);
  v.count("log_cpu_max_buf_shift", o.log_cpu_max_buf_shift, KernelOptions::kMostCpuShift);
}

template <class V>
void visit_members(V& v, MaybeConst<Hpet> auto& h) {
  v.count("space_id", h.space_id, 255, Need::written);
  v.number("address", h.address, Need::written);
}

template <class V>
void visit_members(V& v, MaybeConst<SmbiosCopies> auto& s) {
  v.count("text", s.text, kLargestU32, Need::written);
  v.count("devices", s.devices, kLargestU32, Need::written);
  v.count("onboard", s.onboard, kLargestU32, Need::written);
  v.count("memory_devices", s.memory_devices, kLargestU32, Need::written);
}

template <class V>
void visit_members(V& v, MaybeConst<MtrrRange> auto& m) {
  v.bounds(m.range, Need::required);
  v.choice("type", m.type, kMtrrWords, Need::required);
}

template <class V>
void visit_members(V& v, MaybeConst<PciDevice> auto& d) {
  v.pci_address("address", d.address);
  v.id("vendor", d.vendor);
  v.id("device", d.device);
}

template <class V>
void visit_members(V& v, MaybeConst<PluginUse> auto& p) {
  v.text("name", p.name, Need::required);
  v.flag("enabled", p.enabled, true);
  v.options("options", p.options);
  v.check(p.enabled || p.options.empty(), "options",
          "a plugin that is not enabled takes no options");
}

// In the order in which they are written.
template <class V>
void visit_members(V& v, MaybeConst<Machine> auto& m) {
  v.constant("schema", kScenarioSchema);
  v.remark("description", m.notes);
  v.remark("origin", m.notes);
  v.texts("notes", m.notes);
  v.choice("firmware", m.firmware, kFirmwareWords);
  v.list("e820", m.firmware_map, "an e820 entry", Need::required);
  v.flag("e820_cut", m.e820_cut, false);
  v.list("extended_map", m.extended_map, "an e820 entry");
  v.list("setup_data", m.setup_data, "a node of setup_data");
  v.list("efi_map", m.efi_map, "a descriptor of efi_map");
  v.range("efi_memory_attributes", m.efi_memory_attributes);
  v.range("efi_memmap", m.efi_memmap);
  v.range("efi_esrt", m.efi_esrt);
  v.ranges("efi_kept", m.efi_kept, "a range");
  v.range("efi_picture", m.efi_picture);
  v.number("efi_unaccepted", m.efi_unaccepted);
  v.ranges("efi_mmio", m.efi_mmio, "a window");
  v.text("cmdline", m.command_line);
  v.number("command_line_base", m.command_line_base);
  v.text("kernel_release", m.kernel_release);
  v.text("kernel_version", m.kernel_version);
  v.text("kernel_distribution", m.kernel_distribution);
  v.object("kernel_options", m.kernel_options);
  v.number("kernel_phys_base", m.kernel_phys_base);
  v.check(!m.kernel_phys_base || raw(*m.kernel_phys_base) < Machine::kKernelEnd, "kernel_phys_base",
          "a kernel image lies below 64T");
  v.object("kaslr", m.kaslr);
  v.range("initrd", m.initrd);
  v.list("acpi_tables", m.acpi_tables, "an ACPI table");
  v.number("acpi_upgrade", m.acpi_upgrade);
  v.flag("snb_graphics", m.snb_graphics, false);
  v.range("intel_graphics", m.intel_graphics);
  v.flag("swiotlb_torn_down", m.swiotlb_torn_down, false);
  v.list("nodes", m.node_memory, "memory of a node");
  v.range("mp_floating", m.mp_floating);
  v.range("mp_configuration", m.mp_configuration);
  v.number("ebda", m.ebda);
  v.number("base_memory", m.base_memory);
  v.number("memory_above_1m", m.memory_above_1m);
  v.object("cpus", m.cpu);
  v.number("installed_ram", m.installed_ram);
  v.count("ioapics", m.ioapics, 128);
  v.addresses("ioapic_addresses", m.ioapic_addresses);
  v.number("lapic_address", m.lapic_address);
  v.choice("x2apic", m.x2apic, kX2apicWords);
  v.number("ibft", m.ibft);
  v.number("tboot", m.tboot);
  v.nodes("cpu_nodes", m.cpu_nodes, Lack::possible);
  v.object("listed_cpus", m.listed_cpus);
  v.nodes("other_nodes", m.other_nodes, Lack::impossible);
  v.ranges("cxl_windows", m.cxl_windows, "a window");
  v.numbers("distances", m.distances, 255, "a distance is a number up to 255");
  v.check(is_square(m.distances.size()), "distances", "distances make a square: N rows of N");
  v.numbers("node_domains", m.node_domains, Machine::kMaxDomain,
            "a proximity domain is a number up to 2147483647");
  v.check(all_different(m.node_domains), "node_domains", "each node has a domain of its own");
  v.object("hpet", m.hpet);
  v.ranges("pci_windows", m.pci_windows, "a window");
  v.object("smbios", m.smbios);
  v.list("mtrrs", m.mtrrs, "an MTRR");
  v.choice("mtrr_default", m.mtrr_default, kMtrrWords);
  v.count("mtrr_count", m.mtrr_count, Machine::kMostMtrrs);
  v.flag("mtrrs_were_cleaned", m.mtrrs_were_cleaned, false);
  v.number("mtrr_tom2", m.mtrr_tom2);
  v.ranges("gart_apertures", m.gart_apertures, "an aperture");
  v.choice("memory_encryption", m.memory_encryption, kEncryptionWords);
  v.choice("xen_domain", m.xen_domain, kXenDomainWords);
  v.list("pci", m.pci, "a PCI device");
  v.list("plugins", m.plugins, "a plugin");
  v.check(left_out_once(m.plugins), "plugins",
          "a plugin that is not enabled is named once, and no other entry is for it");
  v.check(named_by_name(m.plugins), "plugins",
          "plugins are named here, not their files: --plugin takes a path");
}

}  // namespace memmap
