// ACPI's tables from their bytes: what /sys/firmware/acpi/tables holds.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

// A table as firmware has it. The header's fields are valid for all but FACS, which has only
// signature and length.
struct AcpiBytes {
  std::string name{};  // for messages
  std::string signature{};
  std::uint8_t revision = 0;
  std::string_view bytes{};  // whole, from the header on
  std::optional<WrongChecksum> wrong_checksum{};
};

// Opens a table. Errors: cut short, a length that is too small for a table or is not that of the
// bytes. A wrong checksum is none: the kernel only warns of it.
// kernel: acpi_tb_verify_temp_table(), drivers/acpi/acpica/tbdata.c; acpi_ut_verify_checksum(),
// utcksum.c, v6.12
Result<AcpiBytes> open_acpi_table(const std::string& name, std::string_view bytes);

inline constexpr std::uint32_t kMaxLocalApic = 32768;  // MAX_LOCAL_APIC

// A structure within a table: its kind, and its bytes with the two of kind and length.
struct AcpiEntry {
  std::uint8_t kind = 0;
  std::string_view bytes{};
  std::size_t offset = 0;  // in the table
};

enum class AcpiWalk { to_the_end, zero_length };

// Calls `each` with every structure that follows the `head` bytes at the front. Stops at one of no
// length, as the kernel does. Error: one that reaches beyond the table.
// kernel: acpi_parse_entries_array(), lib/fw_table.c, v6.12
Result<AcpiWalk> walk_acpi_entries(const AcpiBytes& table, std::size_t head,
                                   const std::function<void(const AcpiEntry&)>& each);

// Each takes what the boot learns from one table into `machine`; the binary table wins over what is
// there already. What the kernel complains of becomes a firmware event. Errors: cut short.
Status add_srat(const AcpiBytes& table, Machine& machine);
Status add_madt(const AcpiBytes& table, Machine& machine);
Status add_slit(const AcpiBytes& table, Machine& machine);
Status add_cedt(const AcpiBytes& table, Machine& machine);
Status add_hpet(const AcpiBytes& table, Machine& machine);
Status add_mcfg(const AcpiBytes& table, Machine& machine);
Status add_fadt(const AcpiBytes& table, Machine& machine);

// The boot screen's picture, of which `picture` has the first bytes or more; empty: not known, and then
// no more is learned than that the kernel refuses the table.
void add_bgrt(const AcpiBytes& table, std::string_view picture, Machine& machine);

// What the kernel says when it refuses the BGRT, for the reason that its log has.
FirmwareEvent bgrt_refused(std::string_view why);

}  // namespace memmap::input
