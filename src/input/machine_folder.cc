#include "input/machine_folder.h"

#include <system_error>

#include "input/facts.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

FactFiles gathered(const fs::path& dir) {
  return FactFiles{.log = dir / "dmesg.txt",
                   .boot_params = dir / "boot_params",
                   .memmap = dir / "firmware/memmap",
                   .setup_data = dir / "firmware/setup_data",
                   .command_line = dir / "cmdline",
                   .iomem = dir / "iomem",
                   .cpuinfo = dir / "cpuinfo",
                   .mtrr = dir / "mtrr",
                   .srat = dir / "firmware/acpi/SRAT",
                   .page0 = dir / "firmware/page0",
                   .bios_rom = dir / "firmware/bios_f0000",
                   .manifest = dir / "machine.json"};
}

FactFiles file_system(const fs::path& root) {
  return FactFiles{.boot_params = root / "sys/kernel/boot_params/data",
                   .memmap = root / "sys/firmware/memmap",
                   .setup_data = root / "sys/kernel/boot_params/setup_data",
                   .command_line = root / "proc/cmdline",
                   .version = root / "proc/version",
                   .iomem = root / "proc/iomem",
                   .cpuinfo = root / "proc/cpuinfo",
                   .cpus_possible = root / "sys/devices/system/cpu/possible",
                   .cpus_present = root / "sys/devices/system/cpu/present",
                   .mtrr = root / "proc/mtrr",
                   .pci = root / "sys/bus/pci/devices",
                   .srat = root / "sys/firmware/acpi/tables/SRAT",
                   .setup_data_names = SetupDataNames::kernels};
}

Result<Machine> read(const std::string& path, const FactFiles& files, const ReadOptions& options,
                     const char* format) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    const bool missing = !fs::exists(path, failed);
    return Error{.message = missing ? "no such folder" : "is not a folder",
                 .origin = {.file = path}};
  }
  auto machine = read_facts(path, files, options);
  if (!machine) return machine.errors();
  machine->source = path;
  machine->format = format;
  return machine;
}

}  // namespace

Result<Machine> read_machine_folder(const std::string& path, const ReadOptions& options) {
  return read(path, gathered(path), options, "machine");
}

Result<Machine> read_sysroot(const std::string& path, const ReadOptions& options) {
  return read(path, file_system(path), options, "sysroot");
}

Recognition recognise_machine_folder(const Source& source) {
  if (!source.is_folder()) return {0, "not a folder"};
  std::error_code ignored;
  for (const char* file : {"boot_params", "dmesg.txt", "firmware/memmap"}) {
    if (fs::exists(source.folder / file, ignored))
      return {90, std::string("a folder with ") + file};
  }
  return {0, "no boot_params, dmesg.txt or firmware/memmap in it"};
}

Result<Machine> read_machine_source(const Source& source, const ReadOptions& options) {
  if (!source.is_folder()) {
    return Error{.message = "is not a folder", .origin = {.file = source.name}};
  }
  return read_machine_folder(source.folder.string(), options);
}

}  // namespace memmap::input
