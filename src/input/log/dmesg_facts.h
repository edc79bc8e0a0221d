// What else a kernel log tells of the machine: command line, initrd, ACPI's tables, CPUs, MTRRs.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/log/log_lines.h"
#include "machine/machine.h"

namespace memmap::input {

// Fills in a Machine line by line. The first line that tells a fact counts; lines that are damaged
// or of another form are passed over. Nothing that the kernel decided is read.
class FactReader {
 public:
  explicit FactReader(Machine& machine) : machine_(machine) {}
  void line(const LogLine& line);
  // To be called once, after the last line. `label`: of the firmware's map, as the log has it.
  void finish(std::string_view label);

 private:
  void kernel_line(std::string_view text);  // `Linux version`, the command lines
  void x2apic_line(std::string_view text);
  void acpi_line(std::string_view text);    // `ACPI: XSDT 0x...`
  void ioapic_line(std::string_view text);  // `IOAPIC[0]: ...`
  void cpu_line(std::string_view text);
  void esrt_line(std::string_view text);
  void note_cut_line();
  void acpi_upgrade_line(std::string_view text);
  void efi_tables_line(std::string_view text);
  void memory_attributes_line(std::string_view text);
  void efi_mmio_line(std::string_view text);
  void mtrr_line(std::string_view text);
  void note_mtrr_count(unsigned count);
  void aperture_line(std::string_view text);  // `AGP: Node 0: aperture ...`
  void edit_line(std::string_view text);

  Machine& machine_;
  std::string kernel_command_line_{};  // `Kernel command line:`, if the other line is missing
  // Of tables that EFI names: where, and what there is to tell while their size is not known.
  std::vector<std::pair<PhysAddr, std::string>> unsized_{};
  std::optional<PhysAddr> memory_attributes_{};    // where EFI's table lies
  std::set<std::uint64_t> memory_attribute_of_{};  // its entries, by the start of their ranges
  bool saw_efi_ = false;
  bool saw_smbios_ = false;
  // A list's first line once more: what follows is a replay.
  bool acpi_done_ = false;
  bool setup_data_done_ = false;
  bool in_mtrrs_ = false;
  bool mtrrs_done_ = false;
};

}  // namespace memmap::input
