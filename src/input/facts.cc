#include "input/facts.h"

#include <fmt/format.h>

#include <system_error>

#include "base/range_union.h"
#include "input/bios_area.h"
#include "input/boot_params.h"
#include "input/iomem.h"
#include "input/lines.h"
#include "input/manifest.h"
#include "input/pci.h"
#include "input/processor.h"
#include "input/ram_layout.h"
#include "input/setup_data.h"
#include "input/sysfs.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

bool there(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && fs::exists(path, ignored);
}

std::string show(const std::optional<PhysRange>& range) {
  if (!range) return "none";
  return fmt::format("{:#x}-{:#x}", raw(range->base()), raw(range->end()));
}

// Bytes of RAM that no other entry covers: what any order and any sanitising leaves the same.
std::uint64_t ram_bytes(const E820Entries& map) {
  std::vector<PhysRange> ram;
  for (const E820Entry& e : map) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (range && e.type == E820Type::ram) ram.push_back(*range);
  }
  ram = united(std::move(ram));
  for (const E820Entry& e : map) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (range && e.type != E820Type::ram) ram = without(ram, *range);
  }
  std::uint64_t sum = 0;
  for (PhysRange r : ram) sum += r.size();
  return sum;
}

// Goes through the files; what is wrong with any is collected.
class FactReader {
 public:
  FactReader(std::string name, const FactFiles& files, const ReadOptions& options)
      : name_(std::move(name)), files_(files), options_(options) {}

  Result<Machine> read() {
    read_log();
    read_zero_page();
    read_memmap();
    if (map_from_.empty() && errors_.empty()) {
      if (!log_errors_.empty()) return std::move(log_errors_);
      return Error{.message =
                       "holds no memory map: neither the zero page (boot_params), a boot log "
                       "nor firmware/memmap is there",
                   .origin = {.file = name_}};
    }
    if (!log_errors_.empty()) {
      note(fmt::format("{} is not used: {}", files_.log.string(), log_errors_[0].message));
    }
    read_command_line();
    read_processor();
    read_low_memory();
    read_manifest_file();
    read_version();
    if (!errors_.empty()) return std::move(errors_);
    return std::move(machine_);
  }

 private:
  void take(const Errors& errors) { errors_.insert(errors_.end(), errors.begin(), errors.end()); }
  void note(std::string text) { machine_.notes.push_back(std::move(text)); }

  // The content of a file that is there; a file that may not be read is noted.
  std::optional<std::string> content(const fs::path& path) {
    if (!there(path)) return std::nullopt;
    auto bytes = read_file(path);
    if (bytes) return std::move(*bytes);
    note(fmt::format("{}: {}", path.string(), bytes.errors()[0].message));
    return std::nullopt;
  }

  // Hands a text or binary file to one of the add_...() functions.
  void add(const fs::path& path,
           Status (*function)(const std::string&, std::string_view, Machine&)) {
    const auto bytes = content(path);
    if (!bytes || bytes->empty()) return;
    const Status done = function(path.string(), *bytes, machine_);
    if (!done) take(done.errors());
  }

  void read_log() {
    if (!there(files_.log)) return;
    ReadOptions options = options_;
    options.format = "dmesg";
    auto log = read_machine(files_.log.string(), options);
    if (!log) {
      log_errors_ = log.errors();
      return;
    }
    machine_ = std::move(*log);
    if (!machine_.firmware_map.empty()) map_from_ = "the log";
  }

  void read_zero_page() {
    const auto bytes = content(files_.boot_params);
    if (!bytes) return;
    auto page = read_boot_params({.name = files_.boot_params.string(), .bytes = *bytes}, options_);
    if (!page) return take(page.errors());
    compare_ram(page->firmware_map, "boot_params");
    map_from_ = "boot_params";
    machine_.firmware_map = std::move(page->firmware_map);
    for (std::string& text : page->notes) note(std::move(text));
    if (machine_.firmware != Firmware::unknown && machine_.firmware != page->firmware &&
        page->firmware != Firmware::bios) {
      note("the log and boot_params disagree about the firmware; boot_params is used");
    }
    // A zero page knows EFI for certain; without it the log may know better (Xen).
    if (machine_.firmware == Firmware::unknown || page->firmware != Firmware::bios) {
      machine_.firmware = page->firmware;
    }
    if (machine_.initrd && machine_.initrd != page->initrd) {
      note(fmt::format("the initrd: {} in the log, {} in boot_params, which is used",
                       show(machine_.initrd), show(page->initrd)));
    }
    machine_.initrd = page->initrd;
    if (page->efi_memmap) machine_.efi_memmap = page->efi_memmap;
    read_setup_data(setup_data_head(*bytes));
  }

  void read_setup_data(std::optional<PhysAddr> head) {
    auto nodes = read_setup_data_folder(files_.setup_data, files_.setup_data_names, head,
                                        machine_.setup_data);
    if (!nodes) return take(nodes.errors());
    for (std::string& text : nodes->notes) note(std::move(text));
    if (!nodes->nodes.empty()) machine_.setup_data = std::move(nodes->nodes);
    if (!nodes->extended_map.empty()) machine_.extended_map = std::move(nodes->extended_map);
  }

  void read_memmap() {
    if (!there(files_.memmap)) return;
    auto map = read_sysfs({.name = files_.memmap.string(), .folder = files_.memmap}, options_);
    if (!map) return take(map.errors());
    if (!map_from_.empty()) {
      // The kernel shows its sanitised table here, with the extended entries.
      E820Entries all = machine_.firmware_map;
      all.insert(all.end(), machine_.extended_map.begin(), machine_.extended_map.end());
      if (ram_bytes(all) != ram_bytes(map->firmware_map)) {
        note(fmt::format("RAM: {:#x} bytes in {}, {:#x} in firmware/memmap; {} is used",
                         ram_bytes(all), map_from_, ram_bytes(map->firmware_map), map_from_));
      }
      return;
    }
    map_from_ = "firmware/memmap";
    machine_.firmware_map = std::move(map->firmware_map);
    for (std::string& text : map->notes) note(std::move(text));
  }

  void compare_ram(const E820Entries& map, std::string_view winner) {
    if (map_from_.empty() || ram_bytes(map) == ram_bytes(machine_.firmware_map)) return;
    note(fmt::format("RAM: {:#x} bytes in {}, {:#x} in {}, which is used",
                     ram_bytes(machine_.firmware_map), map_from_, ram_bytes(map), winner));
  }

  void read_command_line() {
    const auto text = content(files_.command_line);
    if (!text) return;
    std::string line(trimmed(*text));
    if (machine_.command_line && trimmed(*machine_.command_line) != line) {
      note(fmt::format("the log's command line differs from {}, which is used",
                       files_.command_line.filename().string()));
    }
    machine_.command_line = std::move(line);
  }

  void read_processor() {
    add(files_.cpuinfo, add_cpuinfo);
    if (there(files_.mtrr)) machine_.mtrrs.clear();
    add(files_.mtrr, add_mtrr);
    if (there(files_.pci)) machine_.pci = read_pci_folder(files_.pci);
    if (const auto list = content(files_.cpus_possible)) machine_.cpu.possible = count_cpus(*list);
    if (const auto list = content(files_.cpus_present)) machine_.cpu.present = count_cpus(*list);
    if (machine_.node_memory.empty() || machine_.cpu_nodes.empty()) add(files_.srat, add_srat);
  }

  void read_low_memory() {
    add(files_.page0, add_page0);
    add(files_.bios_rom, add_bios_rom);
    if (const auto text = content(files_.iomem)) {
      if (const auto base = kernel_base_in_iomem(*text)) machine_.kernel_phys_base = base;
    }
  }

  void read_manifest_file() {
    const auto text = content(files_.manifest);
    if (!text) return;
    const auto manifest = read_manifest(files_.manifest.string(), *text);
    if (!manifest) return take(manifest.errors());
    // The kernel's own word goes before that of whoever gathered the folder.
    if (manifest->kernel_phys_base && machine_.kernel_phys_base &&
        machine_.kernel_phys_base != manifest->kernel_phys_base) {
      note(fmt::format("the kernel image: {:#x} in {}, {:#x} as the kernel tells, which is used",
                       raw(*manifest->kernel_phys_base), files_.manifest.filename().string(),
                       raw(*machine_.kernel_phys_base)));
    }
    if (!machine_.kernel_phys_base) machine_.kernel_phys_base = manifest->kernel_phys_base;
    if (manifest->mp_configuration) machine_.mp_configuration = manifest->mp_configuration;
    if (manifest->efi_memory_attributes) {
      machine_.efi_memory_attributes = manifest->efi_memory_attributes;
    }
    if (!machine_.kernel_release) machine_.kernel_release = manifest->kernel;
  }

  // `Linux version 6.1.0-9-amd64 (...) ...`
  void read_version() {
    constexpr std::string_view kLead = "Linux version ";
    const auto text = content(files_.version);
    if (!text || machine_.kernel_release || !text->starts_with(kLead)) return;
    const std::string_view rest = std::string_view(*text).substr(kLead.size());
    machine_.kernel_release = std::string(rest.substr(0, rest.find_first_of(" \n")));
  }

  std::string name_;
  const FactFiles& files_;
  const ReadOptions& options_;
  Machine machine_{};
  std::string map_from_{};  // empty: no map yet
  Errors errors_{};
  Errors log_errors_{};  // only told where nothing else has a map
};

}  // namespace

Result<Machine> read_facts(const std::string& name, const FactFiles& files,
                           const ReadOptions& options) {
  return FactReader(name, files, options).read();
}

}  // namespace memmap::input
