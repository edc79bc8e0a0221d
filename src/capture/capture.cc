#include "capture/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/json_text.h"
#include "base/number.h"
#include "capture/kernel_log.h"
#include "capture/physical_memory.h"
#include "capture/strip_binary.h"
#include "capture/strip_text.h"
#include "input/firmware/bios_area.h"
#include "input/firmware/smbios.h"
#include "input/map/iomem.h"
#include "input/map/kcore.h"
#include "input/open/source.h"
#include "input/text/lines.h"

namespace memmap::capture {
namespace {

namespace fs = std::filesystem;

// The ACPI tables that the boot reads. Others hold licence keys and much else.
constexpr std::string_view kAcpiTables[] = {"SRAT", "SLIT", "CEDT", "APIC", "HPET",
                                            "MCFG", "FACP", "WAET", "BGRT"};

// A file below the root, and its name in the gathered folder.
struct Copy {
  const char* from;
  const char* to;
};
constexpr Copy kTexts[] = {
    {"proc/mtrr", "mtrr"},
    {"sys/devices/system/cpu/possible", "cpus_possible"},
    {"sys/devices/system/cpu/present", "cpus_present"},
};

std::string first_word(std::string_view text) {
  text = input::trimmed(text);
  return std::string(text.substr(0, text.find_first_of(" \n")));
}

// Gathers into a tree what can be read, and notes what cannot.
class Gatherer {
 public:
  Gatherer(const std::string& name, const Options& options)
      : root_(options.root), keep_(options.keep_identifiers), out_{input::MemoryTree(name)} {}

  Result<Capture> gather() {
    host_ = first_word(quiet("proc/sys/kernel/hostname").value_or(""));
    gather_log();
    gather_command_line();
    gather_memmap();
    gather_zero_page();
    gather_acpi();
    gather_smbios();
    gather_processor();
    for (const Copy& copy : kTexts) {
      if (auto text = read(copy.from, copy.to)) out_.files.add(copy.to, std::move(*text));
    }
    gather_iomem();
    gather_kcore();
    gather_kallsyms();
    gather_low_memory();
    const bool any_map = out_.files.has("boot_params") || out_.files.has("dmesg.txt") ||
                         out_.files.has("firmware/memmap");
    if (!any_map) return no_map();
    gather_manifest();
    return std::move(out_);
  }

 private:
  void miss(std::string file, std::string reason) {
    out_.missing.push_back({std::move(file), std::move(reason)});
  }

  // What to tell the user about a system's refusal.
  std::string reason_of(const Error& error) const {
    if (error.code == ErrorCode::not_found) return "is not there";
    if (error.code == ErrorCode::no_access) return "needs root (permission denied)";
    if (error.code != ErrorCode::not_permitted) return error.message;
    const auto lockdown = quiet("sys/kernel/security/lockdown");
    const bool locked = lockdown && lockdown->find("[none]") == lockdown->npos;
    return locked ? fmt::format("the kernel is locked down: {}", input::trimmed(*lockdown))
                  : "needs root (operation not permitted)";
  }

  std::optional<std::string> quiet(const std::string& path) const {
    auto bytes = input::read_file(root_ / path);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
  }

  // The content of `path`; if it cannot be read, `file` is missing, and why.
  std::optional<std::string> read(const std::string& path, const std::string& file) {
    auto bytes = input::read_file(root_ / path);
    if (bytes && !bytes->empty()) return std::move(*bytes);
    miss(file, bytes ? "is empty" : reason_of(bytes.errors()[0]));
    return std::nullopt;
  }

  std::string text_of(std::string_view text) const {
    return keep_ ? std::string(text) : without_identifiers(text, host_);
  }

  void gather_log() {
    const auto log = read_kernel_log(root_.string());
    if (!log) return miss("dmesg.txt", reason_of(log.errors()[0]));
    out_.files.add("dmesg.txt", text_of(boot_lines(*log)));
  }

  void gather_command_line() {
    if (const auto line = read("proc/cmdline", "cmdline")) {
      out_.files.add("cmdline", text_of(*line));
    }
  }

  std::vector<std::string> names_in(const std::string& folder) const {
    const auto names = input::DiskTree(root_).list(folder);
    return names ? *names : std::vector<std::string>{};
  }

  void gather_memmap() {
    const auto names = names_in("sys/firmware/memmap");
    if (names.empty()) return miss("firmware/memmap", "is not there (CONFIG_FIRMWARE_MEMMAP)");
    for (const std::string& name : names) {
      for (const char* file : {"start", "end", "type"}) {
        const std::string to = fmt::format("firmware/memmap/{}/{}", name, file);
        if (auto text = read("sys/" + to, to)) out_.files.add(to, std::move(*text));
      }
    }
  }

  void gather_zero_page() {
    if (auto page = read("sys/kernel/boot_params/data", "boot_params")) {
      if (!keep_) strip_boot_params(*page);
      out_.files.add("boot_params", std::move(*page));
    }
    const std::string folder = "sys/kernel/boot_params/setup_data";
    for (const std::string& name : names_in(folder)) {
      const std::string node = fmt::format("{}/{}", folder, name);
      const std::string file = "firmware/setup_data/" + name;
      const auto type_text = read(node + "/type", file);
      auto data = read(node + "/data", file);
      const auto type =
          type_text ? parse_hex(input::trimmed(*type_text)) : Result<std::uint64_t>(Error{});
      if (!type || !data) continue;
      if (!keep_) strip_setup_data(*data, static_cast<std::uint32_t>(*type));
      out_.files.add(fmt::format("{}-{:#x}", file, *type), std::move(*data));
    }
  }

  void gather_acpi() {
    const auto names = names_in("sys/firmware/acpi/tables");
    if (names.empty()) return miss("firmware/acpi", "is not there");
    for (const std::string_view table : kAcpiTables) {
      if (!std::ranges::binary_search(names, table)) continue;
      const std::string file = fmt::format("firmware/acpi/{}", table);
      if (auto bytes = read(fmt::format("sys/firmware/acpi/tables/{}", table), file)) {
        out_.files.add(file, std::move(*bytes));
      }
    }
    // What the kernel looks at of the boot screen's picture; nobody's logo.
    if (!out_.files.has("firmware/acpi/BGRT")) return;
    const std::string image = (root_ / "sys/firmware/acpi/bgrt/image").string();
    if (auto head = read_physical(image, PhysAddr{0}, Machine::kPictureHeadBytes))
      out_.files.add("firmware/bgrt_image", std::move(*head));
  }

  void gather_smbios() {
    const std::string from = "sys/firmware/dmi/tables/", to = "firmware/dmi/";
    auto entry = read(from + "smbios_entry_point", to + "smbios_entry_point");
    auto table = read(from + "DMI", to + "DMI");
    if (!entry || !table) return;
    const auto opened = input::open_smbios_entry_point("smbios_entry_point", *entry);
    // The identifiers of a table that cannot be parsed cannot be found.
    if (!keep_ && !opened) {
      return miss(to + "DMI", "its identifiers cannot be found: " + opened.errors()[0].message);
    }
    if (!keep_) strip_smbios(*table, opened->structures);
    out_.files.add(to + "smbios_entry_point", std::move(*entry));
    out_.files.add(to + "DMI", std::move(*table));
  }

  // The first processor stands for all.
  void gather_processor() {
    if (const auto text = read("proc/cpuinfo", "cpuinfo")) {
      const std::size_t end = text->find("\n\n");
      out_.files.add("cpuinfo", text->substr(0, end == text->npos ? end : end + 1));
    }
  }

  // Only the lines that tell where the kernel lies.
  void gather_iomem() {
    const auto text = read("proc/iomem", "iomem");
    if (!text) return;
    std::string kept;
    input::Lines lines(*text);
    while (const auto line = lines.next()) {
      if (line->text.find(" : Kernel ") != line->text.npos) kept += fmt::format("{}\n", line->text);
    }
    if (!input::kernel_base_in_iomem(kept)) {
      return miss("iomem", kept.empty() ? "does not tell where the kernel lies"
                                        : "needs root (its addresses read as 0)");
    }
    out_.files.add("iomem", std::move(kept));
  }

  // Its headers alone, which tell where KASLR put the kernel and its areas: behind them lie the command
  // line and memory.
  void gather_kcore() {
    const std::string device = (root_ / "proc/kcore").string();
    auto header = read_physical(device, PhysAddr{0}, input::kElfHeaderBytes);
    const auto size = header ? input::kcore_headers("kcore", *header) : header.errors();
    auto bytes =
        size ? read_physical(device, PhysAddr{0}, *size) : Result<std::string>(size.errors());
    if (!bytes) return miss("kcore", reason_of(bytes.errors()[0]));
    out_.files.add("kcore", std::move(*bytes));
  }

  // The line of _text alone.
  void gather_kallsyms() {
    const auto text = read("proc/kallsyms", "kallsyms");
    if (!text) return;
    const auto base = input::kernel_virt_base_in_kallsyms(*text);
    if (!base) return miss("kallsyms", "hides where the kernel lies (not root, or kptr_restrict)");
    out_.files.add("kallsyms", fmt::format("{:016x} T _text\n", raw(*base)));
  }

  struct Area {
    const char* file;
    std::uint64_t base;
    std::size_t size;
  };

  void gather_low_memory() {
    constexpr std::size_t kPage = 4096;
    std::vector<Area> areas{{"firmware/page0", 0, kPage},
                            {"firmware/bios_9fc00", input::kBaseMemoryEnd, input::kMpScanBytes},
                            {"firmware/bios_f0000", input::kBiosRom, input::kBiosRomBytes}};
    std::vector<std::pair<Area, std::string>> read;
    Machine found;
    for (std::size_t i = 0; i < areas.size(); ++i) {
      const Area area = areas[i];
      auto bytes = read_physical((root_ / "dev/mem").string(), PhysAddr{area.base}, area.size);
      if (!bytes) {
        miss(area.file, "/dev/mem: " + reason_of(bytes.errors()[0]));
        continue;
      }
      if (i == 0 && bytes->find_first_not_of('\0') == bytes->npos) {
        miss(area.file, "/dev/mem shows only zeros there");
        continue;
      }
      if (i == 0) {
        (void)input::add_page0(area.file, *bytes, found);
        const std::uint64_t ebda = raw(found.ebda.value_or(PhysAddr{0}));
        const bool other = ebda != 0 && ebda != input::kBaseMemoryEnd && ebda < input::kBiosRom;
        if (other) areas.push_back({"firmware/ebda", ebda, input::kMpScanBytes});
      }
      read.emplace_back(area, std::move(*bytes));
    }
    std::vector<input::LowArea> low;
    for (const auto& [area, bytes] : read) low.push_back({PhysAddr{area.base}, bytes});
    input::add_mp_tables(low, found);
    for (auto& [area, bytes] : read) {
      if (!keep_) strip_low_memory(bytes, PhysAddr{area.base}, found);
      out_.files.add(area.file, std::move(bytes));
    }
  }

  // The manifest: facts that no other file has, where the kernel's own files are, what is missing.
  void gather_manifest() {
    std::string json = "{\n";
    const std::string release = first_word(quiet("proc/sys/kernel/osrelease").value_or(""));
    if (!release.empty()) json += fmt::format(" \"kernel\": {},\n", json_text(release));
    const bool efi = input::DiskTree(root_).has("sys/firmware/efi");
    json += fmt::format(" \"firmware\": \"{}\",\n", efi ? "efi" : "bios");
    std::string places;
    for (const std::string& file :
         {std::string("sys/kernel/btf/vmlinux"), std::string("proc/config.gz"),
          "boot/config-" + release, "boot/System.map-" + release, "boot/vmlinuz-" + release}) {
      if (!input::DiskTree(root_).has(file)) continue;
      places += fmt::format("{}{}", places.empty() ? "" : ", ", json_text("/" + file));
    }
    json += fmt::format(" \"kernel_files\": [{}],\n \"missing\": [", places);
    for (std::size_t i = 0; i < out_.missing.size(); ++i) {
      json += fmt::format("{}\n  {{\"file\": {}, \"reason\": {}}}", i == 0 ? "" : ",",
                          json_text(out_.missing[i].file), json_text(out_.missing[i].reason));
    }
    json += out_.missing.empty() ? "]\n}\n" : "\n ]\n}\n";
    out_.files.add("machine.json", std::move(json));
  }

  Errors no_map() const {
    Errors errors{Error{.message = "nothing that tells the memory map can be read",
                        .origin = {.file = root_.string()}}};
    for (const Missing& m : out_.missing) {
      const bool tells =
          m.file == "boot_params" || m.file == "dmesg.txt" || m.file.starts_with("firmware/memmap");
      if (tells) errors.push_back(Error{.message = m.reason, .origin = {.file = m.file}});
    }
    return errors;
  }

  fs::path root_;
  bool keep_;
  Capture out_;
  std::string host_{};
};

}  // namespace

Result<Capture> capture(const std::string& name, const Options& options) {
  std::error_code failed;
  if (!fs::is_directory(options.root, failed)) {
    return Error{.message = "is not a folder", .origin = {.file = options.root}};
  }
  return Gatherer(name, options).gather();
}

}  // namespace memmap::capture
