// The machine that boots: facts about its firmware, its boot loader and its processors. Nothing
// here is decided by the kernel's memory management.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "machine/e820_entry.h"
#include "machine/kernel_log.h"
#include "machine/mtrr_type.h"

namespace memmap {

enum class Firmware { unknown, bios, efi, xen };

// What encrypts memory: the host for itself (SME), or a guest against its host.
enum class Encryption { none, sme, sev, sev_es, sev_snp, tdx };
constexpr bool is_confidential(Encryption e) { return e >= Encryption::sev; }

// A domain of Xen that is not booted as bare metal is: paravirtualised (`dom0`: the one that owns the
// machine), or with hardware's help but without firmware. HVM guests are `none`.
enum class XenDomain { none, pv, pvh, dom0 };
constexpr bool is_pv(XenDomain d) { return d == XenDomain::pv || d == XenDomain::dom0; }

// How notes begin that every form of a report has: of a special guest or kernel, which is simulated as
// far as the usual rules go.
inline constexpr std::string_view kNotSimulated = "not simulated: ";

// How firmware left the processors' local APICs: in the mode whose registers lie in memory, in x2APIC
// mode, or in that for good.
enum class X2apic { unknown, off, on, locked };

// What a node of setup_data holds. A node may be of other types, too.
// kernel: SETUP_*, arch/x86/include/uapi/asm/setup_data.h, v6.12
enum SetupType : std::uint32_t {
  kSetupE820Ext = 1,
  kSetupEfi = 4,
  kSetupIma = 8,
  kSetupRngSeed = 9,
  kSetupIndirect = 1u << 31,
};

// A node of the boot loader's list of extensible data: 16 bytes of header, then `len` bytes. Readers
// see to it that it does not wrap.
// kernel: struct setup_data, arch/x86/include/uapi/asm/setup_data.h, v6.12
struct SetupData {
  PhysAddr addr{};         // of the header
  std::uint32_t type = 0;  // SetupType, or another
  std::uint64_t len = 0;   // bytes after the header
  // Of SETUP_INDIRECT only: the data that it points to, and that data's type.
  std::optional<PhysRange> indirect{};
  std::uint32_t indirect_type = 0;

  static constexpr std::uint64_t kHeaderBytes = 16;
  // Header and data; nullopt: it wraps.
  constexpr std::optional<PhysRange> range() const {
    const std::uint64_t bytes = len + kHeaderBytes;
    return bytes < len ? std::nullopt : PhysRange::from_size(addr, bytes);
  }
};

// A descriptor of EFI's memory map.
struct EfiMemory {
  PhysRange range{};
  // EFI_RESERVED_TYPE 0 ... EFI_CONVENTIONAL_MEMORY 7 ... EFI_UNACCEPTED_MEMORY 15.
  std::uint32_t type = 0;
  // Bits: EFI_MEMORY_UC 1, WC 2, WT 4, WB 8, ... SP 1 << 18, RUNTIME 1 << 63.
  std::uint64_t attributes = 0;
};

// The checksum byte of a table whose bytes do not add up to 0: as found, and as it ought to be.
struct WrongChecksum {
  std::uint8_t found = 0;
  std::uint8_t right = 0;
};

struct AcpiTable {
  std::string signature{};  // RSDP, XSDT, FACP, ...
  PhysRange range{};        // empty: where it lies is not known
  std::optional<WrongChecksum> wrong_checksum{};
};

// How many processors the MADT lists, by their flags.
struct ListedCpus {
  unsigned enabled = 0;
  unsigned online_capable = 0;  // not enabled, but marked as fit for hot-plugging
  unsigned disabled = 0;        // neither enabled nor so marked
  // The FADT is of version 6.3 or later, in which that mark exists: a processor that has neither
  // flag is not there. nullopt: not known.
  std::optional<bool> has_online_capable{};
};

// Where the HPET's table says that the device is. kernel: struct acpi_generic_address
struct Hpet {
  std::uint8_t space_id = 0;  // 0: memory
  std::uint64_t address = 0;
};

// What the kernel copies of SMBIOS's structures; see input/firmware/smbios.h.
struct SmbiosCopies {
  // Bytes of strings and of records that have no struct, each rounded up to 4.
  std::uint64_t text = 0;
  // How many there are of each struct.
  std::uint64_t devices = 0;         // struct dmi_device
  std::uint64_t onboard = 0;         // struct dmi_dev_onboard
  std::uint64_t memory_devices = 0;  // struct dmi_memdev_info
  friend bool operator==(const SmbiosCopies&, const SmbiosCopies&) = default;
};

// Memory that belongs to a node: a memory affinity of the SRAT, or a node of a scenario.
struct NodeMemory {
  PhysRange range{};
  int nid = 0;  // the proximity domain of the SRAT, or the scenario's node
  bool hotpluggable = false;
};

// The processors: how many, and what the one that boots can do. nullopt: not known; the boot
// takes a documented default.
struct CpuFacts {
  std::optional<unsigned> possible{};  // processors that are present or may be plugged in
  std::optional<unsigned> present{};   // processors that are there
  std::optional<bool> gbpages{};       // pdpe1gb
  std::optional<bool> la57{};          // 5-level paging
  std::optional<bool> nx{};
  std::optional<bool> pse{};
  std::optional<bool> pge{};
  std::optional<bool> pcid{};
  // Of a physical address; what x86-64 can have. No reader takes another number.
  static constexpr unsigned kLeastPhysBits = 32;
  static constexpr unsigned kMostPhysBits = 52;
  std::optional<unsigned> phys_bits{};
  std::optional<bool> meltdown{};  // it has the bug that page table isolation is for
  std::string vendor{};            // GenuineIntel, AuthenticAMD; empty: not known
  std::string hypervisor{};        // as the kernel names it: KVM, VMware, ...; empty: none known
  unsigned family = 0;
  unsigned model = 0;
};

// A variable-range MTRR, as /proc/mtrr and the log give it.
struct MtrrRange {
  PhysRange range{};
  MtrrType type = MtrrType::unknown;
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
enum class FirmwareTable { smbios, srat, madt, bgrt };

struct FirmwareEvent {
  FirmwareTable table{};
  Event event{};  // its step is the one that reads the table
};

// Where a boot with KASLR put the kernel in its own addresses: chance, which no rule tells. Where it is
// not known the places without KASLR are taken.
struct KaslrBases {
  // Of _text; a multiple of 2 MiB within the GiB from 0xffffffff80000000 on.
  std::optional<VirtAddr> kernel_virt_base{};
  std::optional<VirtAddr> page_offset_base{};  // of the direct map; multiples of 1 GiB, as the next
  std::optional<VirtAddr> vmalloc_base{};
  std::optional<VirtAddr> vmemmap_base{};

  static constexpr std::uint64_t kImageStep = 2 * kMiB;
  static constexpr std::uint64_t kAreaStep = kGiB;
  static constexpr std::uint64_t kLowest = 0xff00000000000000;  // the kernel's half, five levels
  bool operator==(const KaslrBases&) const = default;
};

// What a log tells of how its kernel was configured. It is asked where no profile is of that kernel, and
// tells over what the nearest one has. nullopt: the log does not tell.
struct KernelOptions {
  std::optional<bool> deferred_struct_page_init{};  // CONFIG_DEFERRED_STRUCT_PAGE_INIT
  std::optional<unsigned> log_buf_shift{};          // CONFIG_LOG_BUF_SHIFT
  std::optional<unsigned> log_cpu_max_buf_shift{};  // CONFIG_LOG_CPU_MAX_BUF_SHIFT

  static constexpr unsigned kLeastLogShift = 12;
  static constexpr unsigned kMostLogShift = 25;
  static constexpr unsigned kMostCpuShift = 21;
  bool operator==(const KernelOptions&) const = default;
};

// Whether the kernel finds an iBFT there: below 1 MiB, with room for its header, not in the VGA area. kernel: reserve_ibft_region()
constexpr bool is_place_of_ibft(PhysAddr at) {
  constexpr std::uint64_t kHeader = 48;
  const std::uint64_t a = raw(at);
  return a % 16 == 0 &&
         ((a >= 512 * kKiB && a < 640 * kKiB) || (a >= 768 * kKiB && a <= kMiB - kHeader));
}

// All that is known of one machine. src/input fills it, src/boot reads it. Whoever adds a fact:
//  - says here what it is, in which unit, and what an empty value means;
//  - reads it in each source that has it, and lists the source in share/doc/formats.md;
//  - gives a scenario a key for it: a row in machine/visit.h, a key in share/schema/scenario.json.
struct Machine {
  // No kernel image lies further up: MAX_PHYSMEM_BITS of four levels of page tables. Every reader of
  // kernel_phys_base refuses what does.
  static constexpr std::uint64_t kKernelEnd = std::uint64_t{1} << 46;
  // What the kernel looks at of the boot screen's picture: a bitmap's mark and size.
  static constexpr std::uint64_t kPictureHeadBytes = 6;

  std::string source{};  // as the user named it: a path, `-`, `--synthetic`
  std::string format{};  // id of the format it was read as: `dmesg`, `sysfs`, ...
  // Sentences about the source: `the log holds 3 boots; the last one was read`. What of its kernel no
  // boot follows begins with kNotSimulated.
  std::vector<std::string> notes{};

  // The map as the boot loader passed it, in its order; where the source does not have it, as the
  // kernel printed it once it had sanitised it.
  E820Entries firmware_map{};
  // It is known to be a part of what the boot loader passed: the kernel did not take it for a table of
  // fewer than two entries.
  bool e820_cut = false;
  // The entries of SETUP_E820_EXT nodes, which the kernel appends: those beyond the zero page's
  // 128.
  E820Entries extended_map{};
  Firmware firmware = Firmware::unknown;
  std::vector<SetupData> setup_data{};  // in the list's order
  // In EFI's order; empty: not known. Of logs, only those of efi=debug have it.
  std::vector<EfiMemory> efi_map{};
  // Large MMIO descriptors of EFI's map that a log names, where efi_map is empty.
  std::vector<PhysRange> efi_mmio{};
  std::optional<PhysRange> efi_memory_attributes{};  // EFI's memory attributes table, whole
  std::optional<PhysRange> efi_esrt{};               // EFI's system resource table, whole
  // Whole pages of RAM that the kernel kept for other tables of EFI's, as a log says: their sizes stand
  // nowhere else.
  std::vector<PhysRange> efi_kept{};
  // The boot screen's picture, whole pages of it where a log alone tells of it.
  std::optional<PhysRange> efi_picture{};
  // Where the table lies of memory that firmware left unaccepted; efi_map tells how large it is.
  std::optional<PhysAddr> efi_unaccepted{};
  std::optional<PhysRange> efi_memmap{};  // the copy of EFI's map that the loader made

  std::optional<std::string> command_line{};
  std::optional<PhysAddr> command_line_base{};  // where the loader put it
  // Of the kernel that made the log: `6.12.117+deb12-amd64`.
  std::optional<std::string> kernel_release{};
  // Of which stable version it is, where its first line tells that and the release does not: `5.10.162`.
  std::optional<std::string> kernel_version{};
  // Whose kernel it is, as the id of a row of kernel/distribution.h, where its first line tells.
  std::optional<std::string> kernel_distribution{};
  KernelOptions kernel_options{};
  std::optional<PhysAddr> kernel_phys_base{};  // where the kernel image was put
  KaslrBases kaslr{};
  std::optional<PhysRange> initrd{};  // where the loader put it, before any relocation

  std::vector<AcpiTable> acpi_tables{};
  std::uint64_t acpi_upgrade{};  // bytes of all ACPI tables that the initrd brings
  // It has Sandy Bridge's graphics, which cannot reach some pages: the kernel reserves those.
  bool snb_graphics = false;
  // Memory that Intel's graphics took for itself, as its device says: the kernel adds it to its map.
  std::optional<PhysRange> intel_graphics{};
  // An IOMMU made the bounce buffer needless: the kernel that made the log gave it back.
  bool swiotlb_torn_down = false;
  std::optional<ListedCpus> listed_cpus{};   // the MADT's; nullopt: only cpu.possible is known
  std::optional<unsigned> ioapics{};         // I/O APICs that the kernel found
  std::vector<PhysAddr> ioapic_addresses{};  // in the kernel's order; empty: not known
  std::optional<PhysAddr> lapic_address{};   // of the local APICs' registers; nullopt: not known
  X2apic x2apic = X2apic::unknown;
  // Each processor's node, in the kernel's order; -1: it has none of its own. Empty: not known.
  std::vector<int> cpu_nodes{};
  std::vector<NodeMemory> node_memory{};  // empty: the machine is one node
  // APIC ID and node of the SRAT's processors; they only put cpu_nodes in the MADT's order.
  std::vector<std::pair<std::uint32_t, int>> apic_nodes{};
  // Nodes that the SRAT names for something else than memory and processors that the MADT enables: generic
  // initiators, memory of no size, processors that may be plugged in.
  std::vector<int> other_nodes{};
  // Windows for CXL memory, in the order of the CEDT. Empty: there are none, or they are not known, though acpi_tables
  // may say that there is a CEDT.
  std::vector<PhysRange> cxl_windows{};
  // The SLIT row by row; its localities are proximity domains. Empty: its content is not known,
  // though acpi_tables may say that there is one.
  std::vector<std::uint8_t> distances{};
  // The proximity domain of each node, by nid. Empty: each node's number is its domain's.
  std::vector<std::uint32_t> node_domains{};
  // A negative domain is none. kernel: acpi_map_pxm_to_node(), drivers/acpi/numa/srat.c
  static constexpr std::uint32_t kMaxDomain = 0x7fffffff;
  std::optional<Hpet> hpet{};            // nullopt: not known
  std::vector<PhysRange> pci_windows{};  // the MCFG's windows of configuration space
  std::optional<SmbiosCopies> smbios{};  // empty: not known
  // What the kernel says of firmware's tables while it reads them, in order.
  std::vector<FirmwareEvent> firmware_events{};
  // Whether acpi_tables lists one of that signature.
  bool has_acpi_table(std::string_view signature) const {
    return std::ranges::find(acpi_tables, signature, &AcpiTable::signature) != acpi_tables.end();
  }
  bool has_event_of(FirmwareTable table) const {
    return std::ranges::find(firmware_events, table, &FirmwareEvent::table) !=
           firmware_events.end();
  }
  std::optional<PhysRange> mp_floating{};       // MP floating pointer (16 bytes)
  std::optional<PhysRange> mp_configuration{};  // MP configuration table
  // Where an iSCSI boot ROM left its table; its length is not known. The kernel finds no other than one
  // that is_place_of_ibft().
  std::optional<PhysAddr> ibft{};
  // Where Trusted Boot says that its page is: the zero page's tboot_addr.
  std::optional<PhysAddr> tboot{};
  // The extended BIOS data area: the word at 0x40e of the BIOS data area, times 16.
  std::optional<PhysAddr> ebda{};
  // Bytes of base memory: the word at 0x413, which counts KiB.
  std::optional<std::uint64_t> base_memory{};
  // Bytes of RAM from 1 MiB on, by the BIOS's older calls (e801, 88).
  std::optional<std::uint64_t> memory_above_1m{};

  // Bytes of RAM that is plugged in, as SMBIOS's memory devices have it; some of it may be no RAM in
  // the firmware's map. Empty: not known.
  std::optional<std::uint64_t> installed_ram{};

  CpuFacts cpu{};
  std::vector<MtrrRange> mtrrs{};
  MtrrType mtrr_default = MtrrType::unknown;  // the type of what no MTRR covers
  // How many variable MTRRs the processor has, the free ones too. nullopt: not known.
  std::optional<unsigned> mtrr_count{};
  static constexpr unsigned kMostMtrrs = 256;
  // The kernel that made the log cleaned them up: it does so without being asked to.
  bool mtrrs_were_cleaned = false;
  // Of AMD's old northbridges: what firmware made the aperture of each one's GART. Empty: not known, or
  // there is none.
  std::vector<PhysRange> gart_apertures{};
  Encryption memory_encryption = Encryption::none;  // none: not known either
  XenDomain xen_domain = XenDomain::none;
  // AMD's TOP_MEM2: RAM from 4 GiB up to here is cached, whatever the MTRRs say.
  std::optional<PhysAddr> mtrr_tom2{};
  std::vector<PciDevice> pci{};  // empty: none is known
  // No facts of the machine: what the kernel of its log said; the plugins that a scenario asks for.
  KernelLog log{};
  std::vector<PluginUse> plugins{};
};

}  // namespace memmap
