// A machine read from many files, each of which tells some of it.
#pragma once

#include <string>

#include "input/firmware/setup_data.h"
#include "input/format.h"
#include "input/open/file_tree.h"

namespace memmap::input {

// Where the files are in a tree; an empty path: this layout has none. Any file may be missing.
struct FactFiles {
  std::string log{};
  std::string boot_params{};
  std::string memmap{};      // folder
  std::string setup_data{};  // folder
  std::string command_line{};
  std::string version{};  // /proc/version
  std::string iomem{};
  std::string kcore{};     // /proc/kcore, its headers
  std::string kallsyms{};  // /proc/kallsyms, or its line of _text
  std::string cpuinfo{};
  std::string cpus_possible{};
  std::string cpus_present{};
  std::string mtrr{};
  std::string pci{};      // folder, as /sys/bus/pci/devices
  std::string acpi{};     // folder of tables
  std::string picture{};  // the boot screen's, or what the kernel looks at of it
  std::string smbios_entry_point{};
  std::string smbios_table{};
  std::string page0{};
  std::string bios_9fc00{};
  std::string bios_f0000{};
  std::string ebda{};
  std::string manifest{};  // machine.json
  SetupDataNames setup_data_names = SetupDataNames::typed;
};

// The map comes from the first of boot_params, log, memmap that is there: the zero page is closest
// to what the kernel got. What one file tells twice or against another becomes a note, and so does
// a file that may not be read; a damaged file is an error, and so is an initrd outside of RAM.
Result<Machine> read_facts(const FileTree& tree, const FactFiles& files,
                           const ReadOptions& options);

}  // namespace memmap::input
