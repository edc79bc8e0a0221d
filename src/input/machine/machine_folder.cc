#include "input/machine/machine_folder.h"

#include <fmt/format.h>

#include <set>
#include <system_error>

#include "base/limits.h"
#include "input/machine/facts.h"
#include "input/open/archive.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

// One of these is there, or it is no gathered machine.
constexpr std::string_view kMarks[] = {"boot_params", "dmesg.txt", "firmware/memmap/0/start"};
// A log may be long; the rest is small.
TarLimits limits() {
  return {.members = limit_of(Limit::tar_members),
          .member_bytes = limit_of(Limit::tar_member_size)};
}

FactFiles gathered() {
  return FactFiles{.log = "dmesg.txt",
                   .boot_params = "boot_params",
                   .memmap = "firmware/memmap",
                   .setup_data = "firmware/setup_data",
                   .command_line = "cmdline",
                   .iomem = "iomem",
                   .kcore = "kcore",
                   .kallsyms = "kallsyms",
                   .cpuinfo = "cpuinfo",
                   .cpus_possible = "cpus_possible",
                   .cpus_present = "cpus_present",
                   .mtrr = "mtrr",
                   .acpi = "firmware/acpi",
                   .picture = "firmware/bgrt_image",
                   .smbios_entry_point = "firmware/dmi/smbios_entry_point",
                   .smbios_table = "firmware/dmi/DMI",
                   .page0 = "firmware/page0",
                   .bios_9fc00 = "firmware/bios_9fc00",
                   .bios_f0000 = "firmware/bios_f0000",
                   .ebda = "firmware/ebda",
                   .manifest = "machine.json"};
}

FactFiles file_system() {
  return FactFiles{.boot_params = "sys/kernel/boot_params/data",
                   .memmap = "sys/firmware/memmap",
                   .setup_data = "sys/kernel/boot_params/setup_data",
                   .command_line = "proc/cmdline",
                   .version = "proc/version",
                   .iomem = "proc/iomem",
                   .kallsyms = "proc/kallsyms",
                   .cpuinfo = "proc/cpuinfo",
                   .cpus_possible = "sys/devices/system/cpu/possible",
                   .cpus_present = "sys/devices/system/cpu/present",
                   .mtrr = "proc/mtrr",
                   .pci = "sys/bus/pci/devices",
                   .acpi = "sys/firmware/acpi/tables",
                   .picture = "sys/firmware/acpi/bgrt/image",
                   .smbios_entry_point = "sys/firmware/dmi/tables/smbios_entry_point",
                   .smbios_table = "sys/firmware/dmi/tables/DMI",
                   .setup_data_names = SetupDataNames::kernels};
}

Result<Machine> read(const std::string& name, const FileTree& tree, const FactFiles& files,
                     const ReadOptions& options, const char* format) {
  auto machine = read_facts(tree, files, options);
  if (!machine) return machine.errors();
  machine->source = name;
  machine->format = format;
  return machine;
}

std::string_view without_dot(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return path;
}

// The folder within a tar that a mark stands in (`machine/`, or empty); nullopt: another file.
std::optional<std::string_view> folder_of_mark(std::string_view path) {
  path = without_dot(path);
  for (const std::string_view mark : kMarks) {
    if (!path.ends_with(mark)) continue;
    const std::string_view folder = path.substr(0, path.size() - mark.size());
    if (folder.empty() || folder.ends_with('/')) return folder;
  }
  return std::nullopt;
}

// The machine's files, without the folder that they lie in. Error: none, or those of several.
Result<MemoryTree> tree_of_tar(const Source& source) {
  const auto members = tar_members(source.name, source.bytes, limits());
  if (!members) return members.errors();
  std::set<std::string, std::less<>> folders;
  for (const Member& member : *members) {
    if (const auto folder = folder_of_mark(member.path)) folders.emplace(*folder);
  }
  if (folders.size() != 1) {
    return Error{.message = folders.empty()
                                ? std::string("the tar holds no gathered machine: neither "
                                              "boot_params, dmesg.txt nor firmware/memmap")
                                : fmt::format("the tar holds {} machines, in `{}`; pack one of "
                                              "them alone",
                                              folders.size(), fmt::join(folders, "`, `")),
                 .origin = {.file = source.name}};
  }
  const std::string& folder = *folders.begin();
  MemoryTree tree(source.name);
  for (const Member& member : *members) {
    const std::string_view path = without_dot(member.path);
    if (!path.starts_with(folder)) continue;
    if (!tree.add(std::string(path.substr(folder.size())), member.bytes)) {
      return Error{
          .message = "is in the tar twice",
          .origin = {.file = fmt::format("{}:{}", source.name, path), .offset = member.offset}};
    }
  }
  return tree;
}

Recognition recognise_tar(std::string_view bytes) {
  if (!is_tar(bytes)) return {0, "neither a folder nor a tar"};
  // Member names stand in the clear at the front of 512-byte blocks. The folder of a map alone is
  // another format's.
  for (std::size_t at = 0; at + 512 <= bytes.size(); at += 512) {
    const std::string_view field = bytes.substr(at, 100);
    const std::string_view path = field.substr(0, field.find('\0'));
    for (const std::string_view mark : {"boot_params", "dmesg.txt"}) {
      if (path.ends_with(mark) && folder_of_mark(path)) {
        return {100, fmt::format("a tar with {}", mark)};
      }
    }
  }
  return {10, "a tar without boot_params and dmesg.txt"};
}

}  // namespace

Result<Machine> read_machine_tree(const std::string& name, const FileTree& tree,
                                  const ReadOptions& options) {
  return read(name, tree, gathered(), options, "machine");
}

Result<Machine> read_machine_folder(const std::string& path, const ReadOptions& options) {
  std::error_code failed;
  if (path != "-" && !fs::exists(path, failed)) {
    return Error{.message = "no such folder", .origin = {.file = path}};
  }
  const auto source = open_source(path);
  if (!source) return source.errors();
  return read_machine_source(*source, options);
}

Result<Machine> read_sysroot(const std::string& path, const ReadOptions& options) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    const bool missing = !fs::exists(path, failed);
    return Error{.message = missing ? "no such folder" : "is not a folder",
                 .origin = {.file = path}};
  }
  return read(path, DiskTree(path), file_system(), options, "sysroot");
}

Recognition recognise_machine_folder(const Source& source) {
  if (!source.is_folder()) return recognise_tar(source.bytes);
  const DiskTree tree(source.folder);
  for (const char* file : {"boot_params", "dmesg.txt", "firmware/memmap"}) {
    if (tree.has(file)) return {90, std::string("a folder with ") + file};
  }
  return {0, "no boot_params, dmesg.txt or firmware/memmap in it"};
}

Result<Machine> read_machine_source(const Source& source, const ReadOptions& options) {
  if (source.is_folder()) return read_machine_tree(source.name, DiskTree(source.folder), options);
  if (!is_tar(source.bytes)) {
    return Error{.message = "is neither a folder nor a tar of one",
                 .origin = {.file = source.name}};
  }
  const auto tree = tree_of_tar(source);
  if (!tree) return tree.errors();
  return read_machine_tree(source.name, *tree, options);
}

}  // namespace memmap::input
