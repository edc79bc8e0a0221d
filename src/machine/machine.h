// What is known of the machine that boots: facts from its firmware, its loader and its processors,
// none of them decided by the kernel's memory management.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap {

enum class Firmware { unknown, bios, efi, xen };

// A node of the boot loader's list of extensible data, at its physical place.
// kernel: struct setup_data, arch/x86/include/uapi/asm/setup_data.h (16 bytes of header, then
// `len`)
struct SetupData {
  PhysAddr addr{};
  std::uint32_t type =
      0;  // SETUP_E820_EXT 1, SETUP_DTB 2, SETUP_PCI 3, SETUP_EFI 4, ... SETUP_INDIRECT 1<<31
  std::uint64_t len = 0;  // bytes after the header
  // For SETUP_INDIRECT: what it points to.
  std::optional<PhysRange> indirect{};
  std::uint32_t indirect_type = 0;
};

// A descriptor of EFI's memory map, in its order.
struct EfiMemory {
  PhysRange range{};
  std::uint32_t type =
      0;  // EFI_RESERVED_TYPE 0 ... EFI_CONVENTIONAL_MEMORY 7 ... EFI_UNACCEPTED_MEMORY 15
  std::uint64_t attributes = 0;  // EFI_MEMORY_UC 1, WC 2, WT 4, WB 8, ... SP 1<<18, RUNTIME 1<<63
};

// A table whose bytes do not add up to 0: the checksum byte it has, and the right one.
struct WrongChecksum {
  std::uint8_t found = 0;
  std::uint8_t right = 0;
};

struct AcpiTable {
  std::string signature{};  // RSDP, XSDT, FACP, ...
  PhysRange range{};        // empty: where it lies is not known
  std::optional<WrongChecksum> wrong_checksum{};
};

// Processors of the MADT, as far as the kernel looks at them.
struct ListedCpus {
  unsigned enabled = 0;
  unsigned online_capable = 0;  // not enabled, but said to be for hot-plugging
  unsigned disabled = 0;        // neither
  // FADT 6.3 or later: what is not said to be for hot-plugging is not there. Empty: not known.
  std::optional<bool> has_online_capable{};
};

// Where the HPET's table says it is. kernel: struct acpi_generic_address
struct Hpet {
  std::uint8_t space_id = 0;  // 0: memory
  std::uint64_t address = 0;
};

// What the kernel copies of SMBIOS's structures to keep it; see input/firmware/smbios.h. Bytes of text are
// of all strings and records that have no struct, each rounded up to 4.
struct SmbiosCopies {
  std::uint64_t text = 0;
  std::uint64_t devices = 0;         // struct dmi_device
  std::uint64_t onboard = 0;         // struct dmi_dev_onboard
  std::uint64_t memory_devices = 0;  // struct dmi_memdev_info
  friend bool operator==(const SmbiosCopies&, const SmbiosCopies&) = default;
};

// A memory affinity of the SRAT, or a node that a scenario gives.
struct NodeMemory {
  PhysRange range{};
  int nid = 0;  // proximity domain in firmware's tables, node in a scenario
  bool hotpluggable = false;
};

// What the boot processor can do; what is not known stays empty and a documented default is used.
struct CpuFacts {
  std::optional<unsigned> possible{};  // CPUs, present and hot-pluggable
  std::optional<unsigned> present{};
  std::optional<bool> gbpages{};  // pdpe1gb
  std::optional<bool> la57{};     // 5-level paging
  std::optional<bool> nx{};
  std::optional<bool> pse{};
  std::optional<bool> pge{};
  std::optional<unsigned> phys_bits{};
  std::optional<bool> meltdown{};  // the processor's bug that page table isolation is for
  std::string vendor{};            // GenuineIntel, AuthenticAMD
  std::string hypervisor{};        // that the kernel found: KVM, VMware, ...; empty: none known
  unsigned family = 0;
  unsigned model = 0;
};

// A variable-range MTRR or the default type, as /proc/mtrr and the log give them.
struct MtrrRange {
  PhysRange range{};
  std::string type{};  // write-back, uncachable, ...
};

// A device on the PCI bus of segment 0.
struct PciDevice {
  std::uint32_t address = 0;  // bus << 8 | device << 3 | function
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;
};

// A plugin that a scenario asks for.
struct PluginUse {
  std::string name{};
  bool enabled = true;                                         // false: to be left out
  std::vector<std::pair<std::string, std::string>> options{};  // as written, unchecked
};

// A table of the firmware's that the kernel complains of.
enum class FirmwareTable { smbios, srat, madt };

struct FirmwareEvent {
  FirmwareTable table{};
  Event event{};  // its step is the one that reads the table
};

// Filled by src/input, read by src/boot. Whoever adds a fact:
//  - says here what it is, in which unit, and what an empty value means;
//  - reads it in each source that has it, and lists the source in share/doc/formats.md;
//  - gives a scenario a key for it (input/scenario/scenario.cc and share/schema/scenario.json).
struct Machine {
  std::string source{};  // as the user named it: a path, `-`, `--synthetic`
  std::string format{};  // id of the format it was read as: `dmesg`, `sysfs`, ...
  // What the reader has to tell about the source: `the log holds 3 boots; the last one was read`.
  std::vector<std::string> notes{};

  // The map as the boot loader passed it (before the kernel sanitised it, where the source has it
  // so; else as the kernel printed it), in its order.
  E820Entries firmware_map{};
  // Entries of SETUP_E820_EXT nodes: what did not fit the zero page's 128. Appended by the kernel.
  E820Entries extended_map{};
  Firmware firmware = Firmware::unknown;
  std::vector<SetupData> setup_data{};  // in the list's order
  std::vector<EfiMemory> efi_map{};     // empty: not known (only a log made with efi=debug has it)
  // Large MMIO descriptors of EFI's map, where a log names them though it does not have the whole
  // map.
  std::vector<PhysRange> efi_mmio{};
  std::optional<PhysRange> efi_memory_attributes{};  // EFI's memory attributes table, whole
  std::optional<PhysRange> efi_esrt{};               // EFI's system resource table, whole
  std::optional<PhysRange> efi_memmap{};             // where the loader put EFI's memory map itself

  std::optional<std::string> command_line{};
  std::optional<std::string>
      kernel_release{};  // `6.12.117+deb12-amd64`, of the kernel that made the log
  std::optional<PhysAddr> kernel_phys_base{};  // where the kernel image was put
  std::optional<PhysRange> initrd{};           // as the loader put it, before any relocation

  std::vector<AcpiTable> acpi_tables{};
  std::uint64_t acpi_upgrade{};  // bytes of ACPI tables that the initrd brings, all together
  // Sandy Bridge's graphics cannot reach some pages; the kernel says that it keeps away from them.
  bool snb_graphics = false;
  std::optional<ListedCpus> listed_cpus{};  // the MADT's; empty: only cpu.possible is known
  std::optional<unsigned> ioapics{};        // I/O APICs that the kernel found
  // Of the processors, in their order; -1: no node of its own; empty: not known.
  std::vector<int> cpu_nodes{};
  std::vector<NodeMemory> node_memory{};  // empty: one node
  // The SRAT's processors: APIC ID and node. Only to put cpu_nodes in the MADT's order.
  std::vector<std::pair<std::uint32_t, int>> apic_nodes{};
  // Nodes of the SRAT without memory that need not have processors: generic initiators, memory of
  // no size.
  std::vector<int> other_nodes{};
  // The SLIT, row by row, localities being proximity domains; empty: not known (which a table in
  // acpi_tables may still be).
  std::vector<std::uint8_t> distances{};
  std::optional<Hpet> hpet{};            // the HPET table's; empty: not known
  std::vector<PhysRange> pci_windows{};  // the MCFG's windows of configuration space
  std::optional<SmbiosCopies> smbios{};  // empty: not known
  // What the kernel says of firmware's tables while it reads them, in order.
  std::vector<FirmwareEvent> firmware_events{};
  std::optional<PhysRange> mp_floating{};       // MP floating pointer (16 bytes)
  std::optional<PhysRange> mp_configuration{};  // MP configuration table
  std::optional<PhysAddr> ebda{};               // from the BIOS data area (word at 0x40e << 4)
  std::optional<std::uint64_t> base_memory{};   // bytes of base memory (word at 0x413, KiB)
  // Bytes of RAM from 1 MiB on, as the BIOS's older calls (e801, 88) gave them.
  std::optional<std::uint64_t> memory_above_1m{};

  CpuFacts cpu{};
  std::vector<MtrrRange> mtrrs{};
  std::optional<std::string> mtrr_default{};
  std::optional<PhysAddr>
      mtrr_tom2{};                   // AMD: RAM from 4 GiB up to here is cached whatever MTRRs say
  std::vector<PciDevice> pci{};      // those that are known of; empty: nothing is known
  std::vector<PluginUse> plugins{};  // no fact: what a scenario wants simulated, as its `cmdline`
};

}  // namespace memmap
