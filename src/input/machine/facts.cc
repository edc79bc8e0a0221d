#include "input/machine/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/align.h"
#include "base/range_union.h"
#include "input/firmware/bios_area.h"
#include "input/firmware/boot_params.h"
#include "input/firmware/pci.h"
#include "input/firmware/processor.h"
#include "input/firmware/setup_data.h"
#include "input/firmware/smbios.h"
#include "input/formats.h"
#include "input/machine/acpi_folder.h"
#include "input/machine/manifest.h"
#include "input/map/iomem.h"
#include "input/map/kcore.h"
#include "input/map/ram_layout.h"
#include "input/map/sysfs.h"
#include "input/text/lines.h"
#include "machine/notes.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kInitrdOffset = 0x218;  // of ramdisk_image in the zero page

std::string show(const std::optional<PhysRange>& range) {
  if (!range) return "none";
  return fmt::format("{:#x}-{:#x}", raw(range->base()), raw(range->end()));
}

// The log rounds the end up to a page.
bool same_pages(const std::optional<PhysRange>& a, const std::optional<PhysRange>& b) {
  if (!a || !b) return a == b;
  return a->base() == b->base() &&
         align_up(raw(a->end()), kPageSize) == align_up(raw(b->end()), kPageSize);
}

// RAM that no other entry covers: what any order and any sanitising leaves the same.
std::vector<PhysRange> ram_of(const E820Entries& map) {
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
  return ram;
}

std::uint64_t ram_bytes(const E820Entries& map) {
  std::uint64_t sum = 0;
  for (PhysRange r : ram_of(map)) sum += r.size();
  return sum;
}

// Goes through the files; what is wrong with any is collected.
class FactReader {
 public:
  FactReader(const FileTree& tree, const FactFiles& files, const ReadOptions& options)
      : tree_(tree), files_(files), options_(options) {}

  Result<Machine> read() {
    read_log();
    read_zero_page();
    read_memmap();
    if (map_from_.empty() && errors_.empty()) {
      if (!log_errors_.empty()) return std::move(log_errors_);
      unread_.insert(unread_.begin(),
                     Error{.message = "holds no memory map: neither the zero page (boot_params), a "
                                      "boot log nor firmware/memmap is there",
                           .origin = {.file = tree_.shown("")}});
      return std::move(unread_);
    }
    if (!log_errors_.empty()) {
      note(fmt::format("{} is not used: {}", tree_.shown(files_.log), log_errors_[0].message));
    }
    read_command_line();
    read_processor();
    read_firmware_tables();
    read_low_memory();
    read_kernel_place();
    read_manifest_file();
    read_version();
    if (errors_.empty()) check_initrd();
    if (!errors_.empty()) return std::move(errors_);
    return std::move(machine_);
  }

 private:
  void note(std::string text) { machine_.notes.push_back(std::move(text)); }

  bool there(const std::string& path) const { return !path.empty() && tree_.has(path); }

  // The content of a file that is there; a file that may not be read is noted.
  std::optional<std::string> content(const std::string& path) {
    if (!there(path)) return std::nullopt;
    auto bytes = tree_.read(path);
    if (bytes) return std::move(*bytes);
    note(fmt::format("{}: {}", tree_.shown(path), bytes.errors()[0].message));
    unread_.push_back(bytes.errors()[0]);
    return std::nullopt;
  }

  // Hands a text or binary file to one of the add_...() functions.
  void add(const std::string& path,
           Status (*function)(const std::string&, std::string_view, Machine&)) {
    const auto bytes = content(path);
    if (!bytes || bytes->empty()) return;
    const Status done = function(tree_.shown(path), *bytes, machine_);
    if (!done) append(errors_, done.errors());
  }

  void read_log() {
    auto bytes = content(files_.log);
    for (const auto& [given, option] : {std::pair{options_.boot.has_value(), "--boot"},
                                        std::pair{options_.side.has_value(), "--side"}}) {
      if (bytes || !given) continue;
      errors_.push_back(
          Error{.message = fmt::format("{} has no effect: there is no {} to read", option,
                                       files_.log.empty() ? "log" : files_.log),
                .origin = {.file = tree_.shown("")}});
    }
    if (!bytes) return;
    ReadOptions options = options_;
    options.format = "dmesg";
    const auto source = source_from_bytes(tree_.shown(files_.log), std::move(*bytes));
    if (!source) {
      log_errors_ = source.errors();
      return;
    }
    auto log = read_machine(*source, options);
    if (!log) {
      // That boot, or side, and no other was asked for.
      if (options_.boot || options_.side) return append(errors_, log.errors());
      log_errors_ = log.errors();
      return;
    }
    machine_ = std::move(*log);
    initrd_from_ = {.file = tree_.shown(files_.log)};
    if (!machine_.firmware_map.empty()) map_from_ = "the log";
  }

  void read_zero_page() {
    const auto bytes = content(files_.boot_params);
    if (!bytes) return;
    auto page =
        read_boot_params({.name = tree_.shown(files_.boot_params), .bytes = *bytes}, options_);
    if (!page) return append(errors_, page.errors());
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
    initrd_from_ = {.file = tree_.shown(files_.boot_params), .offset = kInitrdOffset};
    if (machine_.initrd && !same_pages(machine_.initrd, page->initrd)) {
      note(fmt::format("the initrd: {} in the log, {} in boot_params, which is used",
                       show(machine_.initrd), show(page->initrd)));
    }
    machine_.initrd = page->initrd;
    machine_.command_line_base = page->command_line_base;
    machine_.tboot = page->tboot;
    if (page->efi_memmap) machine_.efi_memmap = page->efi_memmap;
    read_setup_data(setup_data_head(*bytes));
  }

  void read_setup_data(std::optional<PhysAddr> head) {
    auto nodes = read_setup_data_folder(tree_, files_.setup_data, files_.setup_data_names, head,
                                        machine_.setup_data);
    if (!nodes) return append(errors_, nodes.errors());
    for (std::string& text : nodes->notes) note(std::move(text));
    if (!nodes->nodes.empty()) machine_.setup_data = std::move(nodes->nodes);
    if (!nodes->extended_map.empty()) machine_.extended_map = std::move(nodes->extended_map);
  }

  void read_memmap() {
    if (!there(files_.memmap)) return;
    auto map = read_memmap_folder(tree_, files_.memmap);
    if (!map) return append(errors_, map.errors());
    if (!map_from_.empty()) {
      // The kernel shows its sanitised table here, with the extended entries.
      E820Entries all = machine_.firmware_map;
      all.insert(all.end(), machine_.extended_map.begin(), machine_.extended_map.end());
      if (ram_bytes(all) != ram_bytes(map->entries)) {
        note(fmt::format("RAM: {:#x} bytes in {}, {:#x} in firmware/memmap; {} is used",
                         ram_bytes(all), map_from_, ram_bytes(map->entries), map_from_));
      }
      return;
    }
    map_from_ = "firmware/memmap";
    machine_.firmware_map = std::move(map->entries);
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
    // Blanks at its end are the kernel's too: the copies that it makes are as long.
    std::string line = text->substr(0, text->find('\n'));
    if (machine_.command_line && trimmed(*machine_.command_line) != trimmed(line)) {
      note(fmt::format("the log's command line differs from {}, which is used",
                       files_.command_line));
    }
    machine_.command_line = std::move(line);
  }

  void read_processor() {
    add(files_.cpuinfo, add_cpuinfo);
    if (there(files_.mtrr)) machine_.mtrrs.clear();
    add(files_.mtrr, add_mtrr);
    if (there(files_.pci)) machine_.pci = read_pci_folder(tree_, files_.pci);
    if (const auto list = content(files_.cpus_possible)) machine_.cpu.possible = count_cpus(*list);
    if (const auto list = content(files_.cpus_present)) machine_.cpu.present = count_cpus(*list);
  }

  void read_firmware_tables() {
    if (!files_.acpi.empty()) {
      const Status done = add_acpi_folder(tree_, files_.acpi, files_.picture, machine_);
      if (!done) append(errors_, done.errors());
    }
    const auto entry_point = content(files_.smbios_entry_point);
    const auto table = content(files_.smbios_table);
    if (!entry_point || !table || table->empty()) return;
    const Status done = add_smbios(tree_.shown(files_.smbios_entry_point), *entry_point,
                                   tree_.shown(files_.smbios_table), *table, machine_);
    if (!done) append(errors_, done.errors());
  }

  void read_low_memory() {
    const std::array bytes{content(files_.page0), content(files_.bios_9fc00),
                           content(files_.bios_f0000), content(files_.ebda)};
    if (bytes[0] && !bytes[0]->empty()) {
      const Status done = add_page0(tree_.shown(files_.page0), *bytes[0], machine_);
      if (!done) append(errors_, done.errors());
    }
    const std::array places{std::uint64_t{0}, kBaseMemoryEnd, kBiosRom,
                            raw(machine_.ebda.value_or(PhysAddr{0}))};
    std::vector<LowArea> areas;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i]) areas.push_back({.base = PhysAddr{places[i]}, .bytes = *bytes[i]});
    }
    if (bytes[2] && bytes[2]->size() < kBiosRomBytes) {
      errors_.push_back(
          Error{.message = fmt::format("cut short: {} bytes expected", kBiosRomBytes),
                .origin = {.file = tree_.shown(files_.bios_f0000), .offset = bytes[2]->size()}});
    }
    add_mp_tables(areas, machine_);
  }

  // What the kernel tells of where it lies. Its own addresses in a log are as certain.
  void read_kernel_place() {
    if (const auto text = content(files_.kallsyms)) {
      if (const auto base = kernel_virt_base_in_kallsyms(*text))
        machine_.kaslr.kernel_virt_base = base;
    }
    if (const auto bytes = content(files_.kcore); bytes && !bytes->empty()) {
      const auto places = places_in_kcore(tree_.shown(files_.kcore), *bytes);
      if (!places) return append(errors_, places.errors());
      if (places->kernel_phys_base) machine_.kernel_phys_base = places->kernel_phys_base;
      take_bases(places->kaslr);
    }
    if (const auto text = content(files_.iomem)) {
      if (const auto base = kernel_base_in_iomem(*text)) machine_.kernel_phys_base = base;
    }
  }

  void take_bases(const KaslrBases& known) {
    for (const auto base : {&KaslrBases::kernel_virt_base, &KaslrBases::page_offset_base,
                            &KaslrBases::vmalloc_base, &KaslrBases::vmemmap_base}) {
      if (known.*base) machine_.kaslr.*base = known.*base;
    }
  }

  void read_manifest_file() {
    const auto text = content(files_.manifest);
    if (!text) return;
    const auto manifest = read_manifest(tree_.shown(files_.manifest), *text);
    if (!manifest) return append(errors_, manifest.errors());
    // The kernel's own word goes before that of whoever gathered the folder.
    if (manifest->kernel_phys_base && machine_.kernel_phys_base &&
        machine_.kernel_phys_base != manifest->kernel_phys_base) {
      note(fmt::format("the kernel image: {:#x} in {}, {:#x} as the kernel tells, which is used",
                       raw(*manifest->kernel_phys_base), files_.manifest,
                       raw(*machine_.kernel_phys_base)));
    }
    if (!machine_.kernel_phys_base) machine_.kernel_phys_base = manifest->kernel_phys_base;
    const KaslrBases told = std::exchange(machine_.kaslr, manifest->kaslr);
    take_bases(told);
    if (manifest->mp_configuration) machine_.mp_configuration = manifest->mp_configuration;
    if (manifest->efi_memory_attributes) {
      machine_.efi_memory_attributes = manifest->efi_memory_attributes;
      std::erase_if(machine_.notes,
                    [](const std::string& n) { return n.starts_with(kMemattrLeftOut); });
    }
    if (!machine_.kernel_release) machine_.kernel_release = manifest->kernel;
    if (machine_.firmware == Firmware::unknown && manifest->firmware == "efi") {
      machine_.firmware = Firmware::efi;
    }
    if (machine_.firmware == Firmware::unknown && manifest->firmware == "bios") {
      machine_.firmware = Firmware::bios;
    }
    for (const std::string& missing : manifest->notes) note(missing);
  }

  // `Linux version 6.1.0-9-amd64 (...) ...`
  void read_version() {
    constexpr std::string_view kLead = "Linux version ";
    const auto text = content(files_.version);
    if (!text || machine_.kernel_release || !text->starts_with(kLead)) return;
    const std::string_view rest = std::string_view(*text).substr(kLead.size());
    machine_.kernel_release = std::string(rest.substr(0, rest.find_first_of(" \n")));
  }

  // A boot loader has nowhere else to put it. Xen's place is no physical address.
  void check_initrd() {
    if (!machine_.initrd || machine_.firmware == Firmware::xen) return;
    E820Entries all = machine_.firmware_map;
    all.insert(all.end(), machine_.extended_map.begin(), machine_.extended_map.end());
    const PhysRange initrd = *machine_.initrd;
    if (initrd.empty() ||
        std::ranges::any_of(ram_of(all), [&](PhysRange ram) { return ram.contains(initrd); })) {
      return;
    }
    errors_.push_back(
        Error{.message = fmt::format("the initrd, {}, does not lie in RAM of the memory map ({})",
                                     show(initrd), map_from_),
              .origin = initrd_from_,
              .range = initrd});
  }

  const FileTree& tree_;
  const FactFiles& files_;
  const ReadOptions& options_;
  Machine machine_{};
  std::string map_from_{};  // empty: no map yet
  Origin initrd_from_{};
  Errors errors_{};
  Errors log_errors_{};  // only told where nothing else has a map
  Errors unread_{};      // the same of files that could not be read
};

}  // namespace

Result<Machine> read_facts(const FileTree& tree, const FactFiles& files,
                           const ReadOptions& options) {
  return FactReader(tree, files, options).read();
}

}  // namespace memmap::input
