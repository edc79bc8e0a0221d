// The whole machine, in the keys of a scenario (share/doc/scenario.md), as YAML or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <span>

#include "base/json_text.h"
#include "base/utf8.h"
#include "machine/e820_words.h"
#include "machine/pci_address.h"
#include "report/convert/convert.h"

namespace memmap::report {
namespace {

enum class Syntax { yaml, json };

// Writes a map of keys, each with a value or a list of values, one a line. Values are in flow
// style, so that YAML and JSON differ only in their quotes and braces.
class Writer {
 public:
  explicit Writer(Syntax syntax) : json_(syntax == Syntax::json) {
    if (json_) {
      out_.bytes = "{";
    } else {
      out_.bytes = "# A machine for memmap. share/doc/scenario.md explains the keys.\n";
    }
  }

  // A key and its value inside of braces.
  std::string field(std::string_view key, std::string_view value) const {
    return json_ ? fmt::format("\"{}\": {}", key, value) : fmt::format("{}: {}", key, value);
  }
  static std::string map(std::initializer_list<std::string> fields) {
    return map(std::span(fields.begin(), fields.size()));
  }
  static std::string map(std::span<const std::string> fields) {
    std::string out;
    for (const std::string& f : fields) {
      if (!f.empty()) out += (out.empty() ? "" : ", ") + f;
    }
    return "{" + out + "}";
  }

  // JSON numbers beyond 2^53 are not safe with every reader, hence text.
  std::string address(std::uint64_t value) const {
    return json_ ? fmt::format("\"{:#x}\"", value) : fmt::format("{:#x}", value);
  }
  std::string word(std::string_view word) const {
    return json_ ? fmt::format("\"{}\"", word) : std::string(word);
  }
  // Neither syntax holds bytes that are no UTF-8. A text keeps its length: where the kernel copies it,
  // what comes behind lies where it did.
  std::string text(std::string_view text) {
    std::string out(text);
    bool replaced = false;
    for (std::size_t i = 0; i < out.size();) {
      const std::size_t length = utf8_length(std::string_view(out).substr(i));
      if (length == 0) {
        out[i] = '?';
        replaced = true;
      }
      i += std::max<std::size_t>(length, 1);
    }
    if (replaced) lose("bytes that are no UTF-8 are replaced by `?`, one for one, in a text");
    return json_text(out);
  }
  // The fields `start` and `end`.
  std::string bounds(PhysRange range) const {
    return field("start", address(raw(range.base()))) + ", " +
           field("end", address(raw(range.end())));
  }

  void value(std::string_view key, std::string_view value) {
    if (json_) {
      out_.bytes += fmt::format("{}\n  \"{}\": {}", first_ ? "" : ",", key, value);
    } else {
      out_.bytes += fmt::format("{}: {}\n", key, value);
    }
    first_ = false;
  }
  void list(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return value(key, "[]");
    std::string& out = out_.bytes;
    if (json_) {
      out += fmt::format("{}\n  \"{}\": [", first_ ? "" : ",", key);
      for (std::size_t i = 0; i < values.size(); ++i) {
        out += fmt::format("{}\n    {}", i == 0 ? "" : ",", values[i]);
      }
      out += "\n  ]";
    } else {
      out += fmt::format("{}:\n", key);
      for (const std::string& v : values) out += fmt::format("  - {}\n", v);
    }
    first_ = false;
  }
  void range(std::string_view key, const std::optional<PhysRange>& range) {
    if (!range) return;
    if (range->empty()) {
      lose(fmt::format("`{}` is left out: it is an empty range", key));
    } else {
      value(key, map({bounds(*range)}));
    }
  }

  void lose(std::string loss) { out_.losses.push_back(std::move(loss)); }

  Converted finish() {
    if (json_) out_.bytes += "\n}\n";
    return std::move(out_);
  }

 private:
  Converted out_;
  bool json_;
  bool first_ = true;
};

std::string_view firmware_word(Firmware firmware) {
  switch (firmware) {
    case Firmware::bios:
      return "bios";
    case Firmware::efi:
      return "efi";
    case Firmware::xen:
      return "xen";
    case Firmware::unknown:
      break;
  }
  return "unknown";
}

void write_e820(Writer& w, std::string_view key, const E820Entries& entries) {
  std::vector<std::string> lines;
  lines.reserve(entries.size());
  for (const E820Entry& e : entries) {
    const std::string type = w.field("type", w.word(e820_word(e.type)));
    const std::string start = w.field("start", w.address(raw(e.addr)));
    // What a reader would take for a slip of the hand is marked as meant.
    lines.push_back(e.size == 0 || e.wraps()
                        ? Writer::map({start, w.field("size", w.address(e.size)), type,
                                       w.field("verbatim", "true")})
                        : Writer::map({start, w.field("end", w.address(e.end())), type}));
  }
  w.list(key, lines);
}

// A list whose values each have a range; those with an empty one are lost.
template <class T, class Line>
void write_list(Writer& w, std::string_view key, const std::vector<T>& values, const Line& line) {
  if (values.empty()) return;
  std::vector<std::string> lines;
  for (const T& v : values) {
    if (!v.range.empty()) lines.push_back(line(v));
  }
  if (lines.size() != values.size()) {
    w.lose(fmt::format("{} of `{}` with empty ranges are left out", values.size() - lines.size(),
                       key));
  }
  w.list(key, lines);
}

void write_setup_data(Writer& w, const std::vector<SetupData>& nodes) {
  if (nodes.empty()) return;
  std::vector<std::string> lines;
  for (const SetupData& s : nodes) {
    const bool indirect = s.indirect && !s.indirect->empty();
    if (s.indirect && !indirect) w.lose("an indirect setup_data's empty range is left out");
    lines.push_back(Writer::map(
        {w.field("addr", w.address(raw(s.addr))), w.field("type", fmt::format("{}", s.type)),
         w.field("len", w.address(s.len)),
         indirect ? w.field("indirect", Writer::map({w.bounds(*s.indirect)})) : "",
         s.indirect_type != 0 ? w.field("indirect_type", fmt::format("{}", s.indirect_type))
                              : ""}));
  }
  w.list("setup_data", lines);
}

void write_cpus(Writer& w, const CpuFacts& cpu) {
  const auto count = [&w](std::string_view key, const std::optional<unsigned>& v) {
    return v ? w.field(key, fmt::format("{}", *v)) : std::string();
  };
  const auto flag = [&w](std::string_view key, const std::optional<bool>& v) {
    return v ? w.field(key, *v ? "true" : "false") : std::string();
  };
  const std::string fields = Writer::map(
      {count("possible", cpu.possible), count("present", cpu.present), flag("gbpages", cpu.gbpages),
       flag("la57", cpu.la57), flag("nx", cpu.nx), flag("pse", cpu.pse), flag("pge", cpu.pge),
       count("phys_bits", cpu.phys_bits), flag("meltdown", cpu.meltdown),
       cpu.vendor.empty() ? "" : w.field("vendor", w.text(cpu.vendor)),
       cpu.hypervisor.empty() ? "" : w.field("hypervisor", w.text(cpu.hypervisor)),
       cpu.family == 0 ? "" : w.field("family", fmt::format("{}", cpu.family)),
       cpu.model == 0 ? "" : w.field("model", fmt::format("{}", cpu.model))});
  if (fields != "{}") w.value("cpus", fields);
}

void write_pci(Writer& w, const std::vector<PciDevice>& devices) {
  if (devices.empty()) return;
  std::vector<std::string> lines;
  for (const PciDevice& d : devices) {
    lines.push_back(Writer::map({w.field("address", w.text(pci_address_text(d.address))),
                                 w.field("vendor", w.address(d.vendor)),
                                 w.field("device", w.address(d.device))}));
  }
  w.list("pci", lines);
}

void write_plugins(Writer& w, const std::vector<PluginUse>& plugins) {
  if (plugins.empty()) return;
  std::vector<std::string> lines;
  for (const PluginUse& p : plugins) {
    std::vector<std::string> options;
    for (const auto& [key, value] : p.options) options.push_back(w.field(key, w.text(value)));
    lines.push_back(
        Writer::map({w.field("name", w.text(p.name)), p.enabled ? "" : w.field("enabled", "false"),
                     options.empty() ? "" : w.field("options", Writer::map(options))}));
  }
  w.list("plugins", lines);
}

template <class Numbers>
void write_numbers(Writer& w, std::string_view key, const Numbers& numbers) {
  if (numbers.empty()) return;
  std::vector<std::string> lines;
  for (const auto number : numbers) lines.push_back(fmt::format("{}", int{number}));
  w.list(key, lines);
}

// What was read of firmware's tables beyond what a log tells.
void write_firmware_tables(Writer& w, const Machine& m) {
  const auto count = [&w](std::string_view key, std::uint64_t value) {
    return w.field(key, fmt::format("{}", value));
  };
  if (const auto& cpus = m.listed_cpus) {
    const auto has = cpus->has_online_capable;
    w.value(
        "listed_cpus",
        Writer::map({count("enabled", cpus->enabled), count("online_capable", cpus->online_capable),
                     count("disabled", cpus->disabled),
                     has ? w.field("has_online_capable", *has ? "true" : "false") : ""}));
  }
  write_numbers(w, "other_nodes", m.other_nodes);
  write_numbers(w, "distances", m.distances);
  if (m.hpet) {
    w.value("hpet", Writer::map({count("space_id", m.hpet->space_id),
                                 w.field("address", w.address(m.hpet->address))}));
  }
  if (!m.pci_windows.empty()) {
    std::vector<std::string> windows;
    for (const PhysRange r : m.pci_windows) windows.push_back(Writer::map({w.bounds(r)}));
    w.list("pci_windows", windows);
  }
  if (m.smbios) {
    w.value("smbios",
            Writer::map({count("text", m.smbios->text), count("devices", m.smbios->devices),
                         count("onboard", m.smbios->onboard),
                         count("memory_devices", m.smbios->memory_devices)}));
  }
  const bool complains =
      !m.firmware_events.empty() || std::ranges::any_of(m.acpi_tables, [](const AcpiTable& t) {
        return t.wrong_checksum.has_value();
      });
  if (complains) w.lose("what the kernel says of firmware's tables that are damaged is left out");
}

Converted write(const Machine& m, Syntax syntax) {
  Writer w(syntax);
  w.value("schema", w.word("memmap/scenario/1"));
  if (!m.notes.empty()) {
    std::vector<std::string> notes;
    for (const std::string& note : m.notes) notes.push_back(w.text(note));
    w.list("notes", notes);
  }
  if (m.firmware != Firmware::unknown) w.value("firmware", w.word(firmware_word(m.firmware)));
  write_e820(w, "e820", m.firmware_map);
  if (!m.extended_map.empty()) write_e820(w, "extended_map", m.extended_map);
  write_setup_data(w, m.setup_data);
  write_list(w, "efi_map", m.efi_map, [&w](const EfiMemory& e) {
    return Writer::map({w.bounds(e.range), w.field("type", fmt::format("{}", e.type)),
                        w.field("attributes", w.address(e.attributes))});
  });
  w.range("efi_memory_attributes", m.efi_memory_attributes);
  w.range("efi_memmap", m.efi_memmap);
  w.range("efi_esrt", m.efi_esrt);
  if (!m.efi_mmio.empty()) {
    std::vector<std::string> windows;
    for (const PhysRange r : m.efi_mmio) windows.push_back(Writer::map({w.bounds(r)}));
    w.list("efi_mmio", windows);
  }
  if (m.command_line) w.value("cmdline", w.text(*m.command_line));
  if (m.kernel_release) w.value("kernel_release", w.text(*m.kernel_release));
  if (m.kernel_phys_base) w.value("kernel_phys_base", w.address(raw(*m.kernel_phys_base)));
  w.range("initrd", m.initrd);
  if (!m.acpi_tables.empty()) {
    std::vector<std::string> tables;
    for (const AcpiTable& t : m.acpi_tables) {
      tables.push_back(Writer::map({w.field("signature", w.text(t.signature)),
                                    t.range.empty() ? std::string() : w.bounds(t.range)}));
    }
    w.list("acpi_tables", tables);
  }
  if (m.acpi_upgrade != 0) w.value("acpi_upgrade", w.address(m.acpi_upgrade));
  if (m.snb_graphics) w.value("snb_graphics", "true");
  write_list(w, "nodes", m.node_memory, [&w](const NodeMemory& n) {
    return Writer::map({w.field("nid", fmt::format("{}", n.nid)), w.bounds(n.range),
                        n.hotpluggable ? w.field("hotplug", "true") : ""});
  });
  w.range("mp_floating", m.mp_floating);
  w.range("mp_configuration", m.mp_configuration);
  if (m.ebda) w.value("ebda", w.address(raw(*m.ebda)));
  if (m.base_memory) w.value("base_memory", w.address(*m.base_memory));
  if (m.memory_above_1m) w.value("memory_above_1m", w.address(*m.memory_above_1m));
  write_cpus(w, m.cpu);
  if (m.ioapics) w.value("ioapics", fmt::format("{}", *m.ioapics));
  if (!m.cpu_nodes.empty()) {
    std::vector<std::string> nodes;
    for (const int nid : m.cpu_nodes) {
      nodes.push_back(nid < 0 ? w.word("none") : fmt::format("{}", nid));
    }
    w.list("cpu_nodes", nodes);
  }
  write_firmware_tables(w, m);
  write_list(w, "mtrrs", m.mtrrs, [&w](const MtrrRange& r) {
    return Writer::map({w.bounds(r.range), w.field("type", w.text(r.type))});
  });
  if (m.mtrr_default) w.value("mtrr_default", w.text(*m.mtrr_default));
  if (m.mtrr_tom2) w.value("mtrr_tom2", w.address(raw(*m.mtrr_tom2)));
  write_pci(w, m.pci);
  write_plugins(w, m.plugins);
  return w.finish();
}

}  // namespace

Result<Converted> to_yaml(const Machine& machine) { return write(machine, Syntax::yaml); }
Result<Converted> to_json(const Machine& machine) { return write(machine, Syntax::json); }

}  // namespace memmap::report
