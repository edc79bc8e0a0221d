#include "input/log/dmesg.h"

#include <algorithm>

#include "input/firmware/efi_stub.h"
#include "input/log/dmesg_e820.h"
#include "input/log/dmesg_edits.h"
#include "input/log/dmesg_efi.h"
#include "input/log/dmesg_facts.h"
#include "input/log/dmesg_maps.h"
#include "input/log/log_boots.h"
#include "input/open/archive.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kZeroPageEntries = 128;  // E820_MAX_ENTRIES_ZEROPAGE

// One boot, read.
struct BootRead {
  Machine machine{};
  Errors errors{};
  bool has_map() const { return !machine.firmware_map.empty(); }
};

bool soft_reserve_enabled(const Machine& machine) {
  // kernel: parse_efi_cmdline(), drivers/firmware/efi/efi.c: a list after efi=
  return !machine.command_line || machine.command_line->find("nosoftreserve") == std::string::npos;
}

// No e820 table was printed: makes one of EFI's map or of the hypervisor's.
void substitute_map(Machine& machine, const LogTables& tables) {
  if (!machine.efi_map.empty()) {
    E820Entries table = e820_of_efi_map(machine.efi_map, soft_reserve_enabled(machine));
    const std::size_t front = std::min(table.size(), kZeroPageEntries);
    machine.extended_map.assign(table.begin() + static_cast<std::ptrdiff_t>(front), table.end());
    table.resize(front);
    machine.firmware_map = std::move(table);
    machine.notes.push_back(
        "the log has no e820 table; it was made of EFI's memory map by the rules of the kernel's "
        "EFI stub");
  } else if (!tables.hypervisor.empty()) {
    machine.firmware_map = tables.hypervisor;
    machine.notes.push_back(
        "the log has only the hypervisor's memory map (XEN), not the kernel's; a guest sees a part "
        "of it");
  }
}

void use_tables(Machine& machine, const LogTables& tables) {
  machine.firmware_map = tables.firmware;
  machine.notes.insert(machine.notes.end(), tables.notes.begin(), tables.notes.end());
  if (machine.firmware_map.empty()) return substitute_map(machine, tables);
  if (!tables.extended.empty())
    machine.extended_map = added_entries(tables.firmware, tables.extended);
  if (machine.setup_data.empty() && !tables.setup_data.empty()) {
    if (auto nodes = setup_data_of(tables.setup_data)) {
      machine.setup_data = std::move(*nodes);
    } else {
      machine.notes.push_back(
          "where setup_data lies is not certain from this log (its debug messages are missing); it "
          "was left out");
    }
  }
  if (!machine.setup_data.empty()) {
    machine.notes.push_back("the log tells where setup_data lies but not what it is");
  }
}

BootRead read_boot(const LogText& log, const LogBoot& boot) {
  BootRead read;
  TableReader table_reader(log);
  EfiMapReader efi_reader(log);
  FactReader fact_reader(read.machine);
  LogLine line;
  // Of what stands before the kernel's first line only the hypervisor's words belong to this boot.
  for (LineReader reader(log, boot.preamble, boot.begin); reader.next(line);) {
    if (line.text.substr(0, 5) == "(XEN)") table_reader.line(line);
  }
  for (LineReader reader(log, boot.begin, boot.end); reader.next(line);) {
    table_reader.line(line);
    efi_reader.line(line);
    fact_reader.line(line);
  }
  const LogTables tables = table_reader.finish();
  read.errors = table_reader.faults();
  const bool has_table = !tables.firmware.empty() || !read.errors.empty();
  if (!efi_reader.broken()) {
    read.machine.efi_map = efi_reader.map();
  } else if (has_table) {
    read.machine.notes.push_back("EFI's memory map is damaged in this log and was left out: " +
                                 efi_reader.faults().front().message);
  } else {
    read.errors = efi_reader.faults();
  }
  fact_reader.finish(tables.label);
  if (read.errors.empty()) use_tables(read.machine, tables);
  return read;
}

struct Chosen {
  BootRead read{};
  std::size_t index = 0;
  std::size_t count = 1;
  LogBoot boot{};
};

Error no_map(const Source& source, const std::string& where) {
  return Error{
      .message =
          where +
          " holds no memory map: looked for lines `BIOS-e820: [mem ...] usable`, "
          "`Xen: [mem ...]`, `(XEN) ... RAM map:` and `efi: mem00: ...`; take a log that goes back "
          "to the start of the boot (`journalctl -k -b`, /var/log/dmesg, a serial console): the "
          "ring buffer that dmesg shows forgets its beginning",
      .origin = {.file = source.name}};
}

Result<Chosen> choose_boot(const LogText& log, const Source& source, const ReadOptions& options) {
  const std::vector<LogBoot> boots = split_boots(log);
  Chosen chosen{.count = boots.size()};
  if (options.boot) {
    if (*options.boot == 0 || *options.boot > boots.size()) {
      return Error{.message = "there is no boot " + std::to_string(*options.boot) +
                              ": the log holds " + std::to_string(boots.size()) +
                              (boots.size() == 1 ? " boot" : " boots") + ", counted from 1",
                   .origin = {.file = source.name}};
    }
    chosen.index = *options.boot - 1;
    chosen.boot = boots[chosen.index];
    chosen.read = read_boot(log, chosen.boot);
    if (!chosen.read.errors.empty()) return std::move(chosen.read.errors);
    if (!chosen.read.has_map())
      return no_map(source, "boot " + std::to_string(*options.boot) + " of the log");
    return chosen;
  }
  for (std::size_t i = boots.size(); i-- > 0;) {
    chosen.index = i;
    chosen.boot = boots[i];
    chosen.read = read_boot(log, boots[i]);
    if (!chosen.read.errors.empty()) return std::move(chosen.read.errors);
    if (chosen.read.has_map()) return chosen;
  }
  return no_map(source, "the log");
}

// Whether a line of `bytes` has `label` as the front of its message, and `next` behind it.
bool has_line(std::string_view bytes, std::string_view label, std::string_view next) {
  int tries = 0;
  for (std::size_t at = bytes.find(label); at != bytes.npos && tries < 1000;
       at = bytes.find(label, at + 1), ++tries) {
    const auto found = line_around(bytes, at);
    if (!found) continue;
    std::string_view rest = skip_blanks(bytes.substr(at + label.size(), 200));
    if (rest.substr(0, 2) == "\x1b[") {  // colours end behind the label
      take_until(rest, "m");
      rest = skip_blanks(rest.empty() ? rest : rest.substr(1));
    }
    const bool form =
        rest.substr(0, next.size()) == next ||
        (next == "[mem" && rest.size() > 1 && is_hex_digit(rest[0]) && is_hex_digit(rest[1]));
    if (!form) continue;
    const bool coloured = found->line.whole.find('\x1b') != std::string_view::npos;
    if (coloured || found->line.text.data() == bytes.data() + at) return true;
  }
  return false;
}

}  // namespace

Recognition recognise_dmesg(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (is_tar(bytes)) return {0, "a tar"};  // whatever logs are in it
  if (is_json_log(bytes)) return {100, "JSON of dmesg or journalctl"};
  for (std::string_view label : {"BIOS-e820:", "BIOS-e801:", "BIOS-88:", "Xen:"}) {
    if (has_line(bytes, label, "[mem"))
      return {100, "a line of an e820 table (`" + std::string(label) + "`)"};
  }
  if (has_line(bytes, "efi: mem00:", "[") || has_line(bytes, "EFI: mem00:", "type=")) {
    return {100, "a line of EFI's memory map"};
  }
  if (bytes.find("(XEN)") != bytes.npos && bytes.find("RAM map:") != bytes.npos) {
    return {90, "the hypervisor's memory map"};
  }
  if (has_line(bytes, "BIOS-e820:", "")) return {80, "a damaged line of an e820 table"};
  if (has_line(bytes, "Linux version ", "")) return {60, "the kernel's first line"};
  LogLine first{.whole = bytes.substr(0, std::min<std::size_t>(bytes.find('\n'), 1024))};
  strip_prefix(first);
  if (!first.stamp.empty()) return {40, "a kernel's time stamp at the front"};
  return {0, "no line of an e820 table and no `Linux version`"};
}

Result<Machine> read_dmesg(const Source& source, const ReadOptions& options) {
  const auto log = LogText::open(source);
  if (!log.ok()) return log.errors();
  auto chosen = choose_boot(*log, source, options);
  if (!chosen.ok()) return chosen.errors();
  Machine machine = std::move(chosen->read.machine);
  if (chosen->count > 1) {
    std::string note = "the log holds " + std::to_string(chosen->count) + " boots; boot " +
                       std::to_string(chosen->index + 1) + " was read";
    if (!options.boot && chosen->index + 1 < chosen->count) note += ", the last with a memory map";
    machine.notes.insert(machine.notes.begin(), note + " (choose with --boot N)");
  }
  return machine;
}

Result<std::vector<E820LogLine>> read_e820_edits(const Source& source, const ReadOptions& options) {
  const auto log = LogText::open(source);
  if (!log.ok()) return log.errors();
  const auto chosen = choose_boot(*log, source, options);
  if (!chosen.ok()) return chosen.errors();
  std::vector<E820LogLine> edits;
  LineCounter counter(*log);
  LogLine line;
  for (LineReader reader(*log, chosen->boot.begin, chosen->boot.end); reader.next(line);) {
    if (auto edit = e820_edit_of(line.text)) {
      edit->line = counter.number_at(line.offset);
      edits.push_back(*edit);
    }
  }
  return edits;
}

}  // namespace memmap::input
