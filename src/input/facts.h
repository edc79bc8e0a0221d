// A machine read from many files, each of which tells some of it.
#pragma once

#include <filesystem>
#include <string>

#include "input/formats.h"

namespace memmap::input {

// How a folder names the nodes of the loader's setup_data.
enum class SetupDataNames {
  typed,    // N-0xTYPE, the content
  kernels,  // N/type and N/data, as /sys/kernel/boot_params/setup_data
};

// Where the files are; an empty path: this layout has none. Any file may be missing.
struct FactFiles {
  std::filesystem::path log{};
  std::filesystem::path boot_params{};
  std::filesystem::path memmap{};      // folder
  std::filesystem::path setup_data{};  // folder
  std::filesystem::path command_line{};
  std::filesystem::path version{};  // /proc/version
  std::filesystem::path iomem{};
  std::filesystem::path cpuinfo{};
  std::filesystem::path cpus_possible{};
  std::filesystem::path cpus_present{};
  std::filesystem::path mtrr{};
  std::filesystem::path pci{};  // folder, as /sys/bus/pci/devices
  std::filesystem::path srat{};
  std::filesystem::path page0{};
  std::filesystem::path bios_rom{};
  std::filesystem::path manifest{};  // machine.json
  SetupDataNames setup_data_names = SetupDataNames::typed;
};

// The map comes from the first of boot_params, log, memmap that is there: the zero page is closest
// to what the kernel got. What one file tells twice or against another becomes a note, and so does
// a file that may not be read; a damaged file is an error.
Result<Machine> read_facts(const std::string& name, const FactFiles& files,
                           const ReadOptions& options);

}  // namespace memmap::input
