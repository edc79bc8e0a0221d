#include "input/scenario/scenario.h"

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "base/suggest.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "input/scenario/scenario_parts.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kSchema = "memmap/scenario/1";
constexpr std::string_view kRangeKeys[] = {"start", "end", "last", "size"};

// The type of an e820 entry: a word or a number.
std::optional<E820Type> type_of(const Document& doc, const Fields& entry) {
  const std::optional<ValueId> id = entry.require("type");
  if (!id) return std::nullopt;
  if (doc.kind(*id) != ValueKind::scalar) {
    entry.faults().at(*id, "`type` takes a word or a number");
    return std::nullopt;
  }
  const std::string_view text = doc.text(*id);
  if (const std::optional<E820Type> type = e820_type_of_word(text)) return type;
  const Result<std::uint64_t> number = parse_count(text);
  if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
    return E820Type{static_cast<std::uint32_t>(*number)};
  }
  std::string message = "`" + std::string(text.substr(0, 40)) + "` is no type of an e820 entry";
  if (number) {
    message += "; numbers go up to 0xffffffff";
  } else {
    std::string expected = "expected";
    for (const std::string_view word : e820_words()) expected += " " + std::string(word) + ",";
    message +=
        did_you_mean(text, e820_words(), expected + " the kernel's own wording, or a number");
  }
  entry.faults().at(*id, std::move(message));
  return std::nullopt;
}

E820Entries e820_of(const Document& doc, const Fields& root, std::string_view key) {
  constexpr std::string_view kKeys[] = {"start", "end", "last", "size", "type", "verbatim"};
  E820Entries entries;
  each(doc, root, key, [&](ValueId id) {
    const Fields entry(doc, id, "an e820 entry", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    const bool verbatim = entry.boolean("verbatim").value_or(false);
    const auto extent = entry.extent(verbatim ? Fields::Check::verbatim : Fields::Check::sane);
    const std::optional<E820Type> type = type_of(doc, entry);
    if (extent && type) entries.push_back({PhysAddr{extent->start}, extent->size, *type});
  });
  return entries;
}

std::optional<PhysRange> range_of(const Document& doc, const Fields& root, std::string_view key) {
  const std::optional<ValueId> id = root.find(key);
  if (!id) return std::nullopt;
  const Fields fields(doc, *id, key, kRangeKeys, root.faults());
  if (doc.kind(*id) != ValueKind::map) return std::nullopt;
  return fields.range();
}

constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();

std::vector<SetupData> setup_data_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"addr", "type", "len", "indirect", "indirect_type"};
  std::vector<SetupData> nodes;
  each(doc, root, "setup_data", [&](ValueId id) {
    const Fields fields(doc, id, "a node of setup_data", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("addr");
    fields.require("type");
    fields.require("len");
    nodes.push_back({.addr = PhysAddr{fields.number("addr").value_or(0)},
                     .type = static_cast<std::uint32_t>(fields.count("type", kMaxU32).value_or(0)),
                     .len = fields.number("len").value_or(0),
                     .indirect = range_of(doc, fields, "indirect"),
                     .indirect_type = static_cast<std::uint32_t>(
                         fields.count("indirect_type", kMaxU32).value_or(0))});
  });
  return nodes;
}

std::vector<EfiMemory> efi_map_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"start", "end", "last", "size", "type", "attributes"};
  std::vector<EfiMemory> map;
  each(doc, root, "efi_map", [&](ValueId id) {
    const Fields fields(doc, id, "a descriptor of efi_map", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("type");
    map.push_back({.range = fields.range().value_or(PhysRange()),
                   .type = static_cast<std::uint32_t>(fields.count("type", kMaxU32).value_or(0)),
                   .attributes = fields.number("attributes").value_or(0)});
  });
  return map;
}

std::vector<NodeMemory> nodes_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"nid", "start", "end", "last", "size", "hotplug"};
  std::vector<NodeMemory> nodes;
  each(doc, root, "nodes", [&](ValueId id) {
    const Fields fields(doc, id, "memory of a node", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("nid");
    nodes.push_back(
        {.range = fields.range().value_or(PhysRange()),
         .nid = static_cast<int>(fields.count("nid", std::numeric_limits<int>::max()).value_or(0)),
         .hotpluggable = fields.boolean("hotplug").value_or(false)});
  });
  return nodes;
}

std::vector<AcpiTable> acpi_tables_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"signature", "start", "end", "last", "size"};
  std::vector<AcpiTable> tables;
  each(doc, root, "acpi_tables", [&](ValueId id) {
    const Fields fields(doc, id, "an ACPI table", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("signature");
    const bool is_placed = std::ranges::any_of(
        kRangeKeys, [&](std::string_view range_key) { return fields.find(range_key).has_value(); });
    tables.push_back({.signature = fields.text("signature").value_or(""),
                      .range = is_placed ? fields.range().value_or(PhysRange()) : PhysRange()});
  });
  return tables;
}

std::vector<PhysRange> windows_of(const Document& doc, const Fields& root, std::string_view key) {
  constexpr std::string_view kKeys[] = {"start", "end", "last", "size"};
  std::vector<PhysRange> windows;
  each(doc, root, key, [&](ValueId id) {
    const Fields fields(doc, id, "a window", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    windows.push_back(fields.range().value_or(PhysRange()));
  });
  return windows;
}

std::vector<MtrrRange> mtrrs_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"start", "end", "last", "size", "type"};
  std::vector<MtrrRange> mtrrs;
  each(doc, root, "mtrrs", [&](ValueId id) {
    const Fields fields(doc, id, "an MTRR", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("type");
    mtrrs.push_back(
        {.range = fields.range().value_or(PhysRange()), .type = fields.text("type").value_or("")});
  });
  return mtrrs;
}

CpuFacts cpus_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"possible", "present",  "gbpages",   "la57",      "nx",
                                        "pse",      "pge",      "vendor",    "phys_bits", "family",
                                        "model",    "meltdown", "hypervisor"};
  const std::optional<ValueId> id = root.find("cpus");
  if (!id) return {};
  const Fields fields(doc, *id, "cpus", kKeys, root.faults());
  const auto count = [&](std::string_view key, std::uint64_t max) -> std::optional<unsigned> {
    const std::optional<std::uint64_t> value = fields.count(key, max);
    if (!value) return std::nullopt;
    return static_cast<unsigned>(*value);
  };
  constexpr std::uint64_t kMostCpus = 1 << 20;
  return {.possible = count("possible", kMostCpus),
          .present = count("present", kMostCpus),
          .gbpages = fields.boolean("gbpages"),
          .la57 = fields.boolean("la57"),
          .nx = fields.boolean("nx"),
          .pse = fields.boolean("pse"),
          .pge = fields.boolean("pge"),
          .phys_bits = count("phys_bits", 64),
          .meltdown = fields.boolean("meltdown"),
          .vendor = fields.text("vendor").value_or(""),
          .hypervisor = fields.text("hypervisor").value_or(""),
          .family = count("family", kMaxU32).value_or(0),
          .model = count("model", kMaxU32).value_or(0)};
}

std::vector<int> node_list_of(const Document& doc, const Fields& root, std::string_view key,
                              bool may_lack) {
  std::vector<int> nodes;
  each(doc, root, key, [&](ValueId id) {
    const std::string_view text = doc.kind(id) == ValueKind::scalar ? doc.text(id) : "";
    const Result<std::uint64_t> nid = parse_count(text);
    if (nid && *nid < 1024) {
      nodes.push_back(static_cast<int>(*nid));
    } else if (may_lack && text == "none") {
      nodes.push_back(-1);
    } else {
      root.faults().at(id, may_lack ? "a node is a number below 1024, or `none`"
                                    : "a node is a number below 1024");
    }
  });
  return nodes;
}

// Free text goes to the notes, under its key's name.
void note(const Fields& root, std::string_view key, Machine& machine) {
  if (const std::optional<std::string> text = root.text(key)) {
    machine.notes.push_back(std::string(key) + ": " + *text);
  }
}

void read_notes(const Document& doc, const Fields& root, Machine& machine) {
  each(doc, root, "notes", [&](ValueId id) {
    if (doc.kind(id) == ValueKind::scalar) {
      machine.notes.emplace_back(doc.text(id));
    } else {
      root.faults().at(id, "a note is a text");
    }
  });
}

// A line that opens with `key`, among the first million bytes.
bool has_line(std::string_view bytes, std::string_view key) {
  const std::string_view head = bytes.substr(0, 1 << 20);
  return head.starts_with(key) || head.find("\n" + std::string(key)) != std::string_view::npos;
}

}  // namespace

Result<Machine> machine_of(const Document& doc) {
  constexpr std::string_view kKeys[] = {"schema",
                                        "description",
                                        "origin",
                                        "notes",
                                        "e820",
                                        "extended_map",
                                        "firmware",
                                        "setup_data",
                                        "efi_map",
                                        "efi_memory_attributes",
                                        "efi_memmap",
                                        "efi_mmio",
                                        "efi_esrt",
                                        "cmdline",
                                        "kernel_release",
                                        "kernel_phys_base",
                                        "initrd",
                                        "acpi_tables",
                                        "nodes",
                                        "mp_floating",
                                        "mp_configuration",
                                        "ebda",
                                        "base_memory",
                                        "memory_above_1m",
                                        "cpus",
                                        "cpu_nodes",
                                        "ioapics",
                                        "mtrrs",
                                        "mtrr_default",
                                        "mtrr_tom2",
                                        "listed_cpus",
                                        "other_nodes",
                                        "distances",
                                        "hpet",
                                        "pci_windows",
                                        "smbios",
                                        "acpi_upgrade",
                                        "snb_graphics",
                                        "pci",
                                        "plugins"};
  DocumentFaults faults(doc);
  const Fields root(doc, 0, "a scenario", kKeys, faults);
  const auto address = [&root](std::string_view key) -> std::optional<PhysAddr> {
    const std::optional<std::uint64_t> value = root.number(key);
    if (!value) return std::nullopt;
    return PhysAddr{*value};
  };
  Machine m;
  root.choice("schema", std::span(&kSchema, 1));
  note(root, "description", m);
  note(root, "origin", m);
  read_notes(doc, root, m);
  root.require("e820");
  m.firmware_map = e820_of(doc, root, "e820");
  m.extended_map = e820_of(doc, root, "extended_map");
  constexpr std::string_view kFirmware[] = {"unknown", "bios", "efi", "xen"};  // as the enum counts
  m.firmware = static_cast<Firmware>(root.choice("firmware", kFirmware).value_or(0));
  m.setup_data = setup_data_of(doc, root);
  m.efi_map = efi_map_of(doc, root);
  m.efi_memory_attributes = range_of(doc, root, "efi_memory_attributes");
  m.efi_memmap = range_of(doc, root, "efi_memmap");
  m.efi_mmio = windows_of(doc, root, "efi_mmio");
  m.efi_esrt = range_of(doc, root, "efi_esrt");
  m.command_line = root.text("cmdline");
  m.kernel_release = root.text("kernel_release");
  m.kernel_phys_base = address("kernel_phys_base");
  m.initrd = range_of(doc, root, "initrd");
  m.acpi_tables = acpi_tables_of(doc, root);
  m.node_memory = nodes_of(doc, root);
  m.mp_floating = range_of(doc, root, "mp_floating");
  m.mp_configuration = range_of(doc, root, "mp_configuration");
  m.ebda = address("ebda");
  m.base_memory = root.number("base_memory");
  m.memory_above_1m = root.number("memory_above_1m");
  m.cpu = cpus_of(doc, root);
  m.cpu_nodes = node_list_of(doc, root, "cpu_nodes", true);
  m.other_nodes = node_list_of(doc, root, "other_nodes", false);
  m.listed_cpus = listed_cpus_of(doc, root);
  m.distances = distances_of(doc, root);
  m.hpet = hpet_of(doc, root);
  m.pci_windows = windows_of(doc, root, "pci_windows");
  m.smbios = smbios_of(doc, root);
  if (const auto count = root.count("ioapics", 128)) m.ioapics = static_cast<unsigned>(*count);
  m.mtrrs = mtrrs_of(doc, root);
  m.mtrr_default = root.text("mtrr_default");
  m.mtrr_tom2 = address("mtrr_tom2");
  m.acpi_upgrade = root.number("acpi_upgrade").value_or(0);
  m.snb_graphics = root.boolean("snb_graphics").value_or(false);
  m.pci = pci_of(doc, root);
  m.plugins = plugins_of(doc, root);
  if (!faults.none()) return faults.take();
  return m;
}

Recognition recognise_scenario(const Source& source) {
  const bool named = source.name.ends_with(".yaml") || source.name.ends_with(".yml");
  if (has_line(source.bytes, "e820:")) return {named ? 95 : 80, "has a line `e820:`"};
  if (named) return {40, "is named as YAML, but has no line `e820:`"};
  return {0, "no line `e820:`"};
}

Result<Machine> read_scenario(const Source& source, const ReadOptions&) {
  const Result<Document> document = read_yaml(source.name, source.bytes);
  if (!document) return document.errors();
  return machine_of(*document);
}

}  // namespace memmap::input
