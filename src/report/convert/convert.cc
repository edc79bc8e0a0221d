#include "report/convert/convert.h"

#include "base/suggest.h"

namespace memmap::report {
namespace {

constexpr Target kTargets[] = {
    {"yaml", "a scenario: the whole machine, to be read and edited by hand", to_yaml},
    {"json", "the same keys in JSON", to_json},
    {"sysfs", "a folder as /sys/firmware/memmap", to_sysfs},
    {"etc-e820", "QEMU's fw_cfg file etc/e820: 20 bytes an entry", to_etc_e820},
    {"exactmap", "kernel parameters: memmap=exactmap memmap=...", to_exactmap},
    {"c-array", "an array of struct boot_e820_entry in C", to_c_array},
    {"synthetic", "one line: ram:640K hole:384K ram:3G", to_synthetic},
};

}  // namespace

std::span<const Target> convert_targets() { return kTargets; }

Result<Converted> convert(const Machine& machine, std::string_view format) {
  std::vector<std::string_view> ids;
  for (const Target& target : kTargets) {
    if (target.id == format) return target.write(machine);
    ids.push_back(target.id);
  }
  std::string forms = "the forms are";
  for (const std::string_view id : ids) forms += " " + std::string(id);
  return Error{.message = "cannot write `" + std::string(format.substr(0, 40)) + "`" +
                          did_you_mean(format, ids, forms)};
}

E820Entries whole_map(const Machine& machine) {
  E820Entries entries = machine.firmware_map;
  entries.insert(entries.end(), machine.extended_map.begin(), machine.extended_map.end());
  return entries;
}

std::vector<std::string> losses_beside_map(const Machine& m, NodesToo nodes) {
  std::vector<std::string> losses;
  const auto lost = [&losses](bool has, std::string_view what) {
    if (has) losses.push_back(std::string(what) + " is left out: this form holds a map only");
  };
  if (!m.extended_map.empty()) {
    losses.push_back("the extended map's " + std::to_string(m.extended_map.size()) +
                     " entries are written after the others, as one map");
  }
  lost(m.firmware != Firmware::unknown, "the kind of firmware");
  lost(!m.setup_data.empty(), "the list of setup_data");
  lost(!m.efi_map.empty() || m.efi_memory_attributes || m.efi_memmap || m.efi_esrt ||
           m.efi_picture || !m.efi_kept.empty() || m.efi_unaccepted || !m.efi_mmio.empty(),
       "EFI's memory map");
  lost(m.command_line.has_value(), "the command line");
  lost(m.kernel_release || m.kernel_phys_base || m.kernel_options != KernelOptions{} ||
           m.swiotlb_torn_down,
       "what is known of the kernel");
  lost(m.initrd.has_value(), "the initrd's place");
  lost(!m.acpi_tables.empty(), "the list of ACPI tables");
  lost(m.intel_graphics.has_value(), "what Intel's graphics took");
  lost(nodes == NodesToo::yes && !m.node_memory.empty(), "the memory of nodes");
  lost(m.mp_floating || m.mp_configuration, "the place of the MP tables");
  lost(m.ebda || m.base_memory || m.memory_above_1m, "what the BIOS says of memory");
  lost(m.installed_ram.has_value(), "how much RAM is plugged in");
  const CpuFacts& cpu = m.cpu;
  lost(cpu.possible || cpu.present || cpu.gbpages || cpu.la57 || cpu.nx || cpu.pse || cpu.pge ||
           cpu.pcid || cpu.phys_bits || cpu.meltdown || m.ioapics || !m.cpu_nodes.empty() ||
           m.listed_cpus || !m.other_nodes.empty() || !cpu.hypervisor.empty() ||
           !cpu.vendor.empty() || cpu.family != 0 || cpu.model != 0 ||
           m.memory_encryption != Encryption::none || m.xen_domain != XenDomain::none,
       "what is known of the CPUs");
  lost(!m.cxl_windows.empty() || !m.distances.empty() || m.hpet || !m.pci_windows.empty() ||
           m.smbios,
       "what ACPI's and SMBIOS's tables say of nodes, timers, PCI and strings");
  lost(!m.mtrrs.empty() || m.mtrr_default != MtrrType::unknown || m.mtrr_tom2 || m.mtrr_count ||
           !m.gart_apertures.empty(),
       "what is known of the MTRRs and apertures");
  lost(!m.notes.empty(), "the text of the notes");
  return losses;
}

}  // namespace memmap::report
