// SMBIOS: the tables of /sys/firmware/dmi/tables, from their bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

// What an entry point tells of the table of structures.
struct SmbiosEntryPoint {
  // How many structures there are; 0: up to the one that ends the table (a 64-bit entry point).
  unsigned structures = 0;
  std::uint64_t base = 0;      // physical address of the table
  std::uint32_t max_size = 0;  // of the table
  unsigned version = 0;        // 0x0208: 2.8
};

// Opens `smbios_entry_point` or what lies at one: _SM3_, _SM_ or _DMI_. Errors: cut short, none of
// these, a wrong checksum. kernel: dmi_present(), dmi_smbios3_present(),
// drivers/firmware/dmi_scan.c, v6.12
Result<SmbiosEntryPoint> open_smbios_entry_point(const std::string& name, std::string_view bytes);

// A structure: its formatted part, and the strings that follow it.
struct SmbiosStructure {
  std::uint8_t type = 0;
  std::size_t offset = 0;        // in the table
  std::string_view formatted{};  // from its header of four bytes on
  std::string_view strings{};    // each ends with a NUL; without the NUL that ends them all
  bool complete = true;          // false: it runs off the table's end; the kernel does not use it

  // String `number`, from 1; empty for 0, for one that is not there and for one of blanks only.
  // kernel: dmi_string_nosave()
  std::string_view string(unsigned number) const;
};

// Where a walk over a table ended before its end.
struct SmbiosFault {
  std::size_t offset = 0;
  unsigned structures = 0;  // before it
};

// Calls `each` with every structure. nullopt: walked to the end. kernel: dmi_decode_table()
std::optional<SmbiosFault> walk_smbios(std::string_view table, unsigned structures,
                                       const std::function<void(const SmbiosStructure&)>& each);

// What the kernel keeps of a table. Depends on no kernel's sizes; the same from 5.10 on (kernels
// before keep no release of the BIOS, which is 16 bytes less).
// kernel: dmi_decode(), dmi_memdev_walk(), v6.1 and v6.12
SmbiosCopies smbios_copies(std::string_view table, unsigned structures);

// The sizes of all memory devices (type 17) together, in bytes; nullopt: the table has none, or does
// not know the size of one that is there. SMBIOS 3.7, 7.18.
std::optional<std::uint64_t> installed_ram(std::string_view table, unsigned structures);

// Both files into `machine`; a damaged structure becomes a firmware event, as the kernel warns of
// it. `entry_point` and `table` are the files' contents. Errors: a damaged entry point.
Status add_smbios(const std::string& entry_point_name, std::string_view entry_point,
                  const std::string& table_name, std::string_view table, Machine& machine);

}  // namespace memmap::input
