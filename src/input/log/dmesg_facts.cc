#include "input/log/dmesg_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "input/firmware/pci.h"
#include "input/log/dmesg_e820.h"
#include "input/log/dmesg_edits.h"
#include "input/log/dmesg_maps.h"
#include "input/text/scan.h"
#include "machine/notes.h"

namespace memmap::input {
namespace {

// No processor has more physical address bits; what lies above is a virtual address, as ACPI tables
// that were loaded later are listed with.
constexpr std::uint64_t kPhysicalLimit = 1ull << 52;

template <class T>
void set_once(std::optional<T>& fact, const std::optional<T>& value) {
  if (!fact && value) fact = value;
}

std::optional<unsigned> take_count(std::string_view& text) {
  const auto count = take_decimal(text);
  if (!count || *count > 1'000'000) return std::nullopt;
  return static_cast<unsigned>(*count);
}

// A record of the kernel's log is cut where its buffer ends: 1024 bytes since 6.3, 992 before, of
// which the level's two and the final 0 are not text. kernel: vprintk_store(),
// PRINTKRB_RECORD_MAX, LOG_LINE_MAX, kernel/printk/
bool fills_record(std::string_view text) { return text.size() == 1021 || text.size() == 989; }

}  // namespace

void FactReader::line(const LogLine& line) {
  const std::string_view text = line.text;
  if (text.size() < 4) return;
  std::string_view rest = text;
  switch (text[0]) {
    case 'L':
    case 'K':
      return kernel_line(text);
    case 'C':
      if (text.substr(0, 3) == "CPU") return cpu_line(text);
      return kernel_line(text);
    case 'A':
      if (eat(rest, "ACPI: ")) return acpi_line(rest);
      if (eat(rest, "AGP: Node ")) return aperture_line(rest);
      return x2apic_line(text);
    case 'x':
      return x2apic_line(text);
    case 'S':
      if (text.substr(0, 5) == "SMP: ") return cpu_line(text);
      if (text.substr(0, 6) == "SMBIOS") saw_smbios_ = true;
      return;
    case 's':
      if (text.substr(0, 9) == "smpboot: ") cpu_line(text);
      return;
    case 'D':
      if (text == "DMI not present or invalid.") {
        machine_.smbios = SmbiosCopies{};  // nothing is kept
      } else if (text.substr(0, 3) == "DMI") {
        saw_smbios_ = true;
      }
      return;
    case 'H':
      if (eat(rest, "Hypervisor detected: ")) machine_.cpu.hypervisor = std::string(trim(rest));
      return;
    case 'R':
      if (eat(rest, "RAMDISK: ")) set_once(machine_.initrd, take_whole_range(rest));
      if (eat(rest, "Reserving Intel graphics "))
        set_once(machine_.intel_graphics, intel_graphics_of(rest));
      return;
    case 'i':
      if (eat(rest, "iBFT found at 0x")) {
        const auto at = take_hex(rest);
        if (at && is_place_of_ibft(PhysAddr{*at})) machine_.ibft = PhysAddr{*at};
      }
      return;
    case 't':
      if (eat(rest, "tboot: found shared page at phys addr 0x")) {
        if (const auto at = take_hex(rest)) machine_.tboot = PhysAddr{*at};
      }
      return;
    case 'I':
      if (eat(rest, "IOAPIC[")) ioapic_line(rest);
      return;
    case 'E':
      if (eat(rest, "EFI v") && !rest.empty() && is_digit(rest[0])) saw_efi_ = true;
      return;
    case 'e':
      if (eat(rest, "efi: EFI v")) saw_efi_ = true;
      if (eat(rest, "efi: Remove mem")) efi_mmio_line(rest);
      if (eat(rest, "efi: memattr: ")) return memory_attributes_line(rest);
      if (eat(rest, "efi: ")) efi_tables_line(rest);
      if (eat(rest, "esrt: Reserving ESRT space from ")) esrt_line(rest);
      if (rest.substr(0, 4) == "e820") edit_line(text);
      return;
    case 'p':
      if (const auto device = pci_of_log_line(text); device && machine_.pci.size() < 65536) {
        machine_.pci.push_back(*device);
      }
      return;
    case 'u':
      if (rest.substr(0, 11) == "update e820") edit_line(text);
      return;
    case 'l':
      if (rest.substr(0, 8) == "last_pfn") edit_line(text);
      return;
    case 'r':
      if (rest == "reserving inaccessible SNB gfx pages") machine_.snb_graphics = true;
      return;
    case 'f':
      if (!eat(rest, "found SMP MP-table at ") || machine_.mp_floating) return;
      if (rest.substr(0, 4) == "[mem") {
        machine_.mp_floating = take_whole_range(rest);
      } else if (take_until(rest, "]"); eat(rest, "] ")) {  // `[virtual] physical`, before 3.5
        if (const auto at = take_hex(rest))
          machine_.mp_floating = PhysRange::from_size(PhysAddr{*at}, 16);
      }
      return;
    case 'N':
      if (eat(rest, "Node ")) return aperture_line(rest);
      if (eat(rest, "NX (Execute Disable) protection: ")) machine_.cpu.nx = true;
      if (text.find("NX (Execute Disable) protection missing in CPU") != text.npos)
        machine_.cpu.nx = false;
      return;
    case 'T':
      if (eat(rest, "TOM2: ")) {
        if (const auto top = take_hex(rest)) machine_.mtrr_tom2 = PhysAddr{*top};
      }
      return;
    case 'U':
      if (text.substr(0, 18) == "Using GB pages for") machine_.cpu.gbpages = true;
      return;
    case 'M':
      if (text.substr(0, 5) == "MTRR ") mtrr_line(text);
      return;
    case 'g':
    case '*':
      if (text.starts_with("gran_size: ") || text.starts_with("*BAD*gran_size: "))
        machine_.mtrrs_were_cleaned = true;
      return;
    default:
      if (in_mtrrs_) mtrr_line(text);
      return;
  }
}

void FactReader::kernel_line(std::string_view text) {
  const std::string_view line = text;
  if (eat(text, "Linux version ")) {
    if (!machine_.kernel_release) machine_.kernel_release = std::string(take_until(text, " "));
  } else if (eat(text, "Command line: ")) {
    if (!machine_.command_line) machine_.command_line = std::string(trim(text));
    if (fills_record(line)) note_cut_line();
  } else if (eat(text, "Kernel command line: ")) {
    if (kernel_command_line_.empty()) kernel_command_line_ = std::string(trim(text));
  }
}

void FactReader::note_cut_line() {
  machine_.notes.push_back(
      "the kernel's log cut the command line: what stood behind its last words is not known, and "
      "the "
      "last word may be a part");
}

// `RSDP 0x00000000000F59D0 000014 (v00 BOCHS )`, `XSDT CFEE0100, 0064 (r1 ...)` before 2.6.28;
// kernel: acpi_tb_print_table_header(), drivers/acpi/acpica/tbprint.c
void FactReader::acpi_line(std::string_view text) {
  if (text.size() < 12 || text[4] != ' ') return;
  if (std::string_view rest = text.substr(4); eat(rest, " ACPI table found in initrd ["))
    return acpi_upgrade_line(rest);
  const std::string_view signature = text.substr(0, 4);
  const bool named = std::all_of(signature.begin(), signature.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '!';
  });
  if (!named) return;
  text.remove_prefix(5);
  const auto address = take_hex(text);
  eat(text, ",");
  if (!address || !eat(text, " ")) return;
  const auto length = take_hex(text);
  text = trim(text);
  if (!length || *length == 0 || (!text.empty() && text[0] != '(') || *address >= kPhysicalLimit)
    return;
  const auto range = PhysRange::from_size(PhysAddr{*address}, *length);
  if (!range) return;
  std::vector<AcpiTable>& tables = machine_.acpi_tables;
  acpi_done_ = acpi_done_ || (!tables.empty() && tables.front().range == *range);
  if (!acpi_done_) tables.push_back({std::string(signature), *range});
}

// `IOAPIC[0]: apic_id 0, version 32, address 0xfec00000, GSI 0-23`
void FactReader::ioapic_line(std::string_view text) {
  const auto index = take_count(text);
  if (!index || !eat(text, "]: apic_id ")) return;
  const unsigned count = *index + 1;
  if (count > 128) return;
  machine_.ioapics = std::max(machine_.ioapics.value_or(0), count);
  const std::size_t at = text.find(", address ");
  if (at == text.npos || machine_.ioapic_addresses.size() != *index) return;
  text.remove_prefix(at + 10);
  if (const auto address = take_hex(text)) {
    machine_.ioapic_addresses.push_back(PhysAddr{*address});
  }
}

// What check_x2apic() and setup_nox2apic() say of how firmware left the local APICs; the first without
// a colon before 3.20.
void FactReader::x2apic_line(std::string_view text) {
  if (text.starts_with("APIC locked in x2apic mode")) machine_.x2apic = X2apic::locked;
  if (machine_.x2apic != X2apic::unknown) return;
  if (text.starts_with("x2apic: enabled by BIOS") || text.starts_with("x2apic enabled by BIOS") ||
      text.starts_with("x2apic already enabled")) {
    machine_.x2apic = X2apic::on;
  }
}

// `smpboot: Allowing 4 CPUs, 0 hotplug CPUs`; `CPU topo: Allowing 4 present CPUs plus 0 hotplug
// CPUs` since 6.9; `smpboot: CPU0: Intel(R) ... (family: 0x6, model: 0x8e, stepping: 0xb)`.
void FactReader::cpu_line(std::string_view text) {
  CpuFacts& cpu = machine_.cpu;
  if (eat(text, "CPU topo: Allowing ")) {
    const auto present = take_count(text);
    if (!present || !eat(text, " present CPUs plus ")) return;
    const auto hotplug = take_count(text);
    if (!hotplug || cpu.possible) return;
    cpu.present = *present;
    cpu.possible = *present + *hotplug;
    return;
  }
  if (!eat(text, "smpboot: ")) eat(text, "SMP: ");
  if (eat(text, "Allowing ")) {
    const auto possible = take_count(text);
    if (!possible || !eat(text, " CPUs, ")) return;
    const auto hotplug = take_count(text);
    if (!hotplug || *hotplug > *possible || cpu.possible) return;
    cpu.possible = *possible;
    cpu.present = *possible - *hotplug;
    return;
  }
  if (!eat(text, "CPU0: ") || cpu.family != 0) return;
  const std::string_view name = text;
  const std::size_t at = text.rfind("(fam");
  if (at == text.npos) return;
  text.remove_prefix(at);
  if (!eat(text, "(family: ") && !eat(text, "(fam: ")) return;
  const auto family = take_hex(text);
  if (!family || *family > 0xfff || !eat(text, ", model: ")) return;
  const auto model = take_hex(text);
  if (!model || *model > 0xfff) return;
  cpu.family = static_cast<unsigned>(*family);
  cpu.model = static_cast<unsigned>(*model);
  if (name.find("Intel") != name.npos) cpu.vendor = "GenuineIntel";
  if (name.substr(0, 3) == "AMD") cpu.vendor = "AuthenticAMD";
}

// `kernel/firmware/acpi/ssdt.aml][0x1b5]`. kernel: acpi_table_upgrade(), drivers/acpi/tables.c
void FactReader::acpi_upgrade_line(std::string_view text) {
  take_until(text, "]");
  if (!eat(text, "][")) return;
  const auto size = take_hex(text);
  if (size && *size <= kPhysicalLimit) machine_.acpi_upgrade += *size;
}

// `0x00000000ce55b698 to 0x00000000ce55b6d0.`
// kernel: efi_esrt_init(), drivers/firmware/efi/esrt.c
void FactReader::esrt_line(std::string_view text) {
  const auto base = take_hex(text);
  if (!base || !eat(text, " to ")) return;
  const auto end = take_hex(text);
  if (end) machine_.efi_esrt = PhysRange::from_bounds(PhysAddr{*base}, PhysAddr{*end});
}

// ` ACPI 2.0=0xbf96a014 SMBIOS=0xbf71a000 MOKvar=0xac750000`. Of these tables the kernel reserves
// as many bytes as they say that they have, which no log tells. kernel: efi_mokvar_table_init(),
// drivers/firmware/efi/mokvar-table.c; efi_tpm_eventlog_init(), drivers/firmware/efi/tpm.c;
// efi_config_parse_tables(), drivers/firmware/efi/efi.c, v6.12
void FactReader::efi_tables_line(std::string_view text) {
  constexpr std::uint64_t kNoTable =
      ~std::uint64_t{0};  // EFI_INVALID_TABLE_ADDR: the kernel reserves nothing
  if (const std::size_t at = text.find("MEMATTR=0x"); at != text.npos) {
    std::string_view rest = text.substr(at + 10);
    const auto place = take_hex(rest);
    if (place && *place != kNoTable) memory_attributes_ = PhysAddr{*place};
  }
  constexpr std::string_view kUnsized[] = {
      "MOKvar=", "TPMEventLog=", "TPMFinalLog=", "MEMRESERVE="};
  constexpr std::string_view kUnaccepted = "Unaccepted=";
  if (const std::size_t at = text.find(kUnaccepted); at != text.npos) {
    std::string_view rest = text.substr(at + kUnaccepted.size());
    if (const auto place = take_hex(rest)) machine_.efi_unaccepted = PhysAddr{*place};
  }
  for (const std::string_view name : kUnsized) {
    const std::size_t at = text.find(name);
    if (at == text.npos) continue;
    std::string_view rest = text.substr(at + name.size());
    const auto place = take_hex(rest);
    if (!place || *place == kNoTable) continue;
    std::string note = fmt::format(
        "EFI's table {} at {:#x} is kept by the kernel, but its size is in no log: "
        "that reservation is left out",
        name.substr(0, name.size() - 1), *place);
    if (std::ranges::find(unsized_, PhysAddr{*place}, &std::pair<PhysAddr, std::string>::first) ==
        unsized_.end())
      unsized_.emplace_back(PhysAddr{*place}, std::move(note));
  }
}

// ` 0x00007eaa1000-0x00007eb61fff [Runtime Data|RUN|...]`, `! ` before one that is refused: an entry
// of the table, which efi=debug has the kernel tell. How many there are tells its size.
// kernel: efi_memattr_apply_permissions(), drivers/firmware/efi/memattr.c, v6.12
void FactReader::memory_attributes_line(std::string_view text) {
  eat(text, "!");
  if (!eat(text, " 0x")) return;
  const auto start = take_hex(text);
  if (start && memory_attribute_of_.size() < 65536) memory_attribute_of_.insert(*start);
}

// `07: MMIO range=[0xe0000000-0xefffffff] (256MB) from e820 map`: a descriptor of EFI's map.
// kernel: efi_remove_e820_mmio(), arch/x86/platform/efi/efi.c, v6.2
void FactReader::efi_mmio_line(std::string_view text) {
  take_until(text, "[");
  if (!eat(text, "[")) return;
  const auto base = take_hex(text);
  if (!base || !eat(text, "-")) return;
  const auto last = take_hex(text);
  if (!last) return;
  const auto range = PhysRange::from_inclusive(PhysAddr{*base}, PhysAddr{*last});
  if (range && machine_.efi_mmio.size() < 4096) machine_.efi_mmio.push_back(*range);
}

// `MTRR default type: uncachable`, `MTRR variable ranges enabled:`, then
// `  0 base 000000000000 mask FFFF80000000 write-back` or `  4 disabled`.
// kernel: print_mtrr_state(), arch/x86/kernel/cpu/mtrr/generic.c
void FactReader::mtrr_line(std::string_view text) {
  if (eat(text, "MTRR default type: ")) {
    if (machine_.mtrr_default == MtrrType::unknown) {
      machine_.mtrr_default = mtrr_type_of(trim(text));
    }
    return;
  }
  if (eat(text, "MTRR variable ranges enabled:")) {
    in_mtrrs_ = !mtrrs_done_;
    mtrrs_done_ = true;
    return;
  }
  // `MTRR map: 6 entries (3 fixed + 3 variable; max 23), built from 10 variable MTRRs`, since 6.5
  if (const std::size_t at = text.find("built from "); at != text.npos) {
    text.remove_prefix(at + 11);
    if (const auto count = take_count(text)) note_mtrr_count(*count);
    return;
  }
  const auto number = is_digit(text[0]) ? take_count(text) : std::nullopt;
  const bool base_follows = number && eat(text, " base ");
  in_mtrrs_ = in_mtrrs_ && number && (base_follows || text == " disabled");
  if (in_mtrrs_) note_mtrr_count(*number + 1);
  if (!base_follows) return;
  const auto base = take_hex(text);
  if (!base || !eat(text, " mask ")) return;
  const auto mask = take_hex(text);
  if (!mask || *mask == 0) return;
  const std::uint64_t size = 1ull << std::countr_zero(*mask);
  const auto range = PhysRange::from_size(PhysAddr{*base}, size);
  if (range && machine_.mtrrs.size() < Machine::kMostMtrrs)
    machine_.mtrrs.push_back({*range, mtrr_type_of(trim(text))});
}

// `0: aperture [bus addr 0xf4000000-0xf7ffffff] (64MB)`, `0: aperture @ f4000000 size 64 MB` before
// 3.16. kernel: gart_iommu_hole_init(), arch/x86/kernel/aperture_64.c
void FactReader::aperture_line(std::string_view text) {
  if (!take_count(text) || !eat(text, ": aperture ")) return;
  std::optional<PhysRange> range;
  if (eat(text, "[bus addr ")) {
    const auto first = take_hex(text);
    if (!first || !eat(text, "-")) return;
    const auto last = take_hex(text);
    if (last) range = PhysRange::from_inclusive(PhysAddr{*first}, PhysAddr{*last});
  } else if (eat(text, "@ ")) {
    const auto first = take_hex(text);
    if (!first || !eat(text, " size ")) return;
    const auto megabytes = take_count(text);
    if (megabytes) range = PhysRange::from_size(PhysAddr{*first}, *megabytes * kMiB);
  }
  if (range && machine_.gart_apertures.size() < 256) machine_.gart_apertures.push_back(*range);
}

void FactReader::note_mtrr_count(unsigned count) {
  if (count > Machine::kMostMtrrs) return;
  machine_.mtrr_count = std::max(machine_.mtrr_count.value_or(0), count);
}

// `e820: update [mem 0xb0494018-0xb04b4657] usable ==> usable`: RAM becomes RAM for the kernel
// only, which is done for nodes of setup_data and nothing else. Said twice where the table for
// kexec has it too. kernel: e820__reserve_setup_data(), arch/x86/kernel/e820.c, v2.6.26 to v6.14
void FactReader::edit_line(std::string_view text) {
  const auto edit = e820_edit_of(text);
  if (!edit) return;
  // MAXMEM tells the paging mode in use: 2^52 bytes is that of 5 levels.
  if (edit->max_arch_pfn == kPhysicalLimit >> kPageShift) machine_.cpu.la57 = true;
  const bool own = edit->to == E820Type::ram && edit->from == E820Type::ram;
  if (!own || edit->range.size() < SetupData::kHeaderBytes) return;
  std::vector<SetupData>& nodes = machine_.setup_data;
  const PhysAddr addr = edit->range.base();
  if (!nodes.empty() && nodes.back().addr == addr) return;
  setup_data_done_ = setup_data_done_ || (!nodes.empty() && nodes.front().addr == addr);
  if (!setup_data_done_) {
    const std::uint64_t len = edit->range.size() - SetupData::kHeaderBytes;
    nodes.push_back({.addr = addr, .type = setup_data_type(len), .len = len});
  }
}

void FactReader::finish(std::string_view label) {
  if (memory_attributes_ && memory_attribute_of_.empty()) {
    // Its entries are not told without efi=debug, nor with noefi or efi=noruntime, though it is reserved
    // all the same. kernel: efi_memattr_init(), efi_memattr_apply_permissions(),
    // drivers/firmware/efi/memattr.c, v6.12 and v7.2
    unsized_.emplace_back(
        *memory_attributes_,
        fmt::format(
            "{} at {:#x} is kept by the kernel, but its size is only in a log of efi=debug with "
            "EFI's runtime services: that reservation is left out",
            kMemattrLeftOut, raw(*memory_attributes_)));
  }
  for (auto& [place, note] : unsized_) {
    const bool kept = std::ranges::any_of(machine_.efi_kept,
                                          [at = place](PhysRange r) { return r.contains(at); });
    if (!kept) machine_.notes.push_back(std::move(note));
  }
  // Every kernel says by then whether there is SMBIOS: of a log that leaves such lines out, the one
  // that is no fact of the machine, `DMI not present`, is missing.
  // kernel: dmi_setup(), before prefill_possible_map() and topology_init_possible_cpus()
  if (!saw_smbios_ && !machine_.smbios && machine_.kernel_release && machine_.cpu.possible) {
    machine_.smbios = SmbiosCopies{};
  }
  if (memory_attributes_ && !memory_attribute_of_.empty()) {
    constexpr std::uint64_t kHead = 16;   // sizeof(efi_memory_attributes_table_t)
    constexpr std::uint64_t kEntry = 48;  // what firmware gives an efi_memory_desc_t
    machine_.efi_memory_attributes =
        PhysRange::from_size(*memory_attributes_, kHead + kEntry * memory_attribute_of_.size());
  }
  if (!machine_.command_line && !kernel_command_line_.empty()) {
    machine_.command_line = kernel_command_line_;
    machine_.notes.push_back(
        "the command line is the one after the kernel's own changes (`Kernel command line:`)");
  }
  if (label == "Xen") {
    machine_.firmware = Firmware::xen;
  } else if (saw_efi_ || !machine_.efi_map.empty()) {
    machine_.firmware = Firmware::efi;
  } else if (saw_smbios_ || label == "BIOS-e801" || label == "BIOS-88") {
    // EFI's line stands before that of SMBIOS: it was not left out.
    machine_.firmware = Firmware::bios;
  }
}

}  // namespace memmap::input
