#include "input/log/dmesg.h"

#include <algorithm>

#include "base/limits.h"
#include "input/firmware/efi_stub.h"
#include "input/log/cut_command_line.h"
#include "input/log/dmesg_e820.h"
#include "input/log/dmesg_edits.h"
#include "input/log/dmesg_efi.h"
#include "input/log/dmesg_facts.h"
#include "input/log/dmesg_guest.h"
#include "input/log/dmesg_maps.h"
#include "input/log/dmesg_nodes.h"
#include "input/log/foreign_kernel.h"
#include "input/log/log_boots.h"
#include "input/log/statement_facts.h"
#include "input/log/table_witness.h"

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

// A table that the kernel printed after the firmware's, in its place.
void take_derived(Machine& machine, const LogText& log, const E820Entries& table, std::size_t line,
                  std::string_view label) {
  machine.firmware_map = table;
  machine.notes.push_back(
      at_line(log, line) + ": the log has no line of the firmware's own map; the table with `" +
      std::string(label) +
      "` was taken, the kernel's after its changes, which is not the firmware's");
}

// Touching RAM is one entry: the kernel's own pieces of it are printed as RAM, too.
E820Entries joined_ram(const E820Entries& table) {
  E820Entries out;
  for (const E820Entry& e : table) {
    if (!out.empty() && out.back().type == e.type && out.back().end() == raw(e.addr)) {
      out.back().size += e.size;
    } else {
      out.push_back(e);
    }
  }
  return out;
}

// No e820 table was printed: makes one of EFI's map, of what the kernel made of it, or of the
// hypervisor's.
void substitute_map(Machine& machine, const LogText& log, const LogTables& tables) {
  if (!machine.efi_map.empty()) {
    E820Entries table = e820_of_efi_map(machine.efi_map, soft_reserve_enabled(machine));
    const std::size_t front = std::min(table.size(), kZeroPageEntries);
    machine.extended_map.assign(table.begin() + static_cast<std::ptrdiff_t>(front), table.end());
    table.resize(front);
    machine.firmware_map = std::move(table);
    machine.notes.push_back(
        "the log has no e820 table; it was made of EFI's memory map by the rules of the kernel's "
        "EFI stub");
  } else if (!tables.user.empty()) {
    take_derived(machine, log, tables.user, tables.user_line, "user:");
  } else if (!tables.modified.empty()) {
    take_derived(machine, log, tables.modified, tables.modified_line, "modified:");
  } else if (!tables.extended.empty()) {
    take_derived(machine, log, tables.extended, tables.extended_line, "extended:");
  } else if (!tables.setup_data.empty()) {
    take_derived(machine, log, joined_ram(tables.setup_data), tables.setup_data_line,
                 "reserve setup_data:");
  } else if (!tables.hypervisor.empty()) {
    machine.firmware_map = tables.hypervisor;
    machine.notes.push_back(
        "the log has only the hypervisor's memory map (XEN), not the kernel's; a guest sees a part "
        "of it");
  }
}

// Whether the log tells by which parameters the kernel came from the firmware's map to its own.
bool tells_edits(const Machine& machine) {
  return machine.command_line && (machine.command_line->find("mem=") != std::string::npos ||
                                  machine.command_line->find("memmap=") != std::string::npos);
}

// The kernel's own map, where its parameters are not known: they changed what the firmware gave.
void use_user_table(Machine& machine, const LogText& log, const LogTables& tables) {
  E820Entries table;
  std::string_view and_below;
  // Lines before the first of the table may be lost where its headline is.
  for (const E820Entry& e : machine.firmware_map) {
    if (!tables.user_headed && e.end() <= raw(tables.user.front().addr)) {
      table.push_back(e);
      and_below = ", and of the firmware's what lies below it";
    }
  }
  table.insert(table.end(), tables.user.begin(), tables.user.end());
  machine.firmware_map = std::move(table);
  machine.notes.push_back(at_line(log, tables.user_line) +
                          ": parameters that the log does not tell changed the map; the kernel's "
                          "own table (`user:`) was taken" +
                          std::string(and_below));
}

void note_part(Machine& machine, const LogText& log, const LogTables& tables) {
  const E820Entry& first = tables.firmware.front();
  if (tables.firmware.size() > 1 && raw(first.addr) >= (std::uint64_t{1} << 20)) {
    machine.notes.push_back(at_line(log, tables.firmware_line) +
                            ": the firmware's map begins above the first megabyte, where every "
                            "machine has memory: lines before this one may be lost");
  }
  if (machine.firmware_map.size() != 1 || tables.firmware.size() != 1) return;
  if (tables.label != "BIOS-e820") return;
  machine.e820_cut = true;
  machine.notes.push_back(at_line(log, tables.firmware_line) +
                          ": this is a part of a table: a kernel takes no map of one entry from "
                          "the firmware; the rest is cut");
}

void use_tables(Machine& machine, const LogText& log, const LogTables& tables) {
  machine.firmware_map = tables.firmware;
  machine.notes.insert(machine.notes.end(), tables.notes.begin(), tables.notes.end());
  if (machine.firmware_map.empty()) substitute_map(machine, log, tables);
  if (tables.firmware.empty() && !(tables.setup_data.empty() || machine.firmware_map.empty()))
    machine.setup_data.clear();
  if (tables.firmware.empty()) return;
  if (!tables.extended.empty())
    machine.extended_map = added_entries(tables.firmware, tables.extended);
  if (!tables.user.empty() && !tells_edits(machine)) use_user_table(machine, log, tables);
  note_part(machine, log, tables);
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

// Keeps a log's lines that are asked for. A log of only such lines would take no end of memory.
class LineKeeper {
 public:
  LineKeeper(const LogText& log, const ReadOptions& options)
      : counter_(log), keep_(options.keep), kept_{.name = log.name()} {}
  void line(const LogLine& line) {
    if (keep_ == nullptr || !keep_(line.text) || kept_.lines.size() >= limit_of(Limit::log_lines))
      return;
    kept_.lines.push_back({counter_.number_at(line.offset), std::string(line.text)});
  }
  KernelLog take() && { return std::move(kept_); }

 private:
  LineCounter counter_;
  bool (*keep_)(std::string_view);
  KernelLog kept_;
};

// What the log says later, and the map contradicts.
void hear_witness(Machine& machine, const LogTables& tables, const TableWitness& witness) {
  if (tables.firmware.empty()) return;
  E820Entries map = machine.firmware_map;
  map.insert(map.end(), machine.extended_map.begin(), machine.extended_map.end());
  map.insert(map.end(), tables.firmware.begin(), tables.firmware.end());
  map.insert(map.end(), tables.user.begin(), tables.user.end());
  map.insert(map.end(), tables.extended.begin(), tables.extended.end());
  const bool edited = !tables.user.empty() || tells_edits(machine);
  const auto notes =
      witness.against(map, edited ? TableWitness::Edited::by_parameters : TableWitness::Edited::no);
  machine.notes.insert(machine.notes.end(), notes.begin(), notes.end());
}

BootRead read_boot(const LogText& log, const LogBoot& boot, const ReadOptions& options) {
  BootRead read;
  TableReader table_reader(log);
  EfiMapReader efi_reader(log);
  FactReader fact_reader(read.machine);
  NodeLines node_lines(read.machine);
  StatementFacts statement_facts(read.machine);
  LineKeeper keeper(log, options);
  GuestReader guest_reader(read.machine);
  TableWitness witness(log);
  CutCommandLine cut(log);
  ForeignKernel foreign(log);
  LogLine line;
  // Of what stands before the kernel's first line only the hypervisor's words belong to this boot.
  for (LineReader reader(log, boot.preamble, boot.begin); reader.next(line);) {
    if (line.text.substr(0, 5) == "(XEN)") table_reader.line(line);
  }
  for (LineReader reader(log, boot.begin, boot.end); reader.next(line);) {
    table_reader.line(line);
    efi_reader.line(line);
    fact_reader.line(line);
    node_lines.line(line.text);
    statement_facts.line(line);
    keeper.line(line);
    guest_reader.line(line.text);
    witness.line(line);
    cut.line(line);
    foreign.line(line);
  }
  read.machine.log = std::move(keeper).take();
  const LogTables tables = table_reader.finish();
  read.errors = table_reader.faults();
  const bool has_table = !tables.firmware.empty() || !read.errors.empty();
  if (auto fault = foreign.fault(has_table)) {
    read.errors = {std::move(*fault)};
    return read;
  }
  if (!efi_reader.broken()) {
    read.machine.efi_map = efi_reader.map();
  } else if (has_table) {
    read.machine.notes.push_back("EFI's memory map is damaged in this log and was left out: " +
                                 efi_reader.faults().front().message);
  } else {
    read.errors = efi_reader.faults();
  }
  fact_reader.finish(tables.label);
  node_lines.finish();
  guest_reader.finish();
  if (read.errors.empty()) {
    use_tables(read.machine, log, tables);
    hear_witness(read.machine, tables, witness);
    if (auto note = cut.note()) read.machine.notes.push_back(std::move(*note));
  }
  statement_facts.finish();
  return read;
}

struct Chosen {
  BootRead read{};
  std::size_t index = 0;
  std::size_t count = 1;
  LogBoot boot{};
  bool has_stray_map = false;  // what is counted as the first boot lacks its beginning
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

bool begins_with_banner(const LogText& log, const LogBoot& boot) {
  LogLine line;
  return LineReader(log, boot.begin, boot.end).next(line) &&
         line.text.starts_with("Linux version ");
}

Result<Chosen> choose_boot(const LogText& log, const Source& source, const ReadOptions& options) {
  const std::vector<LogBoot> boots = split_boots(log);
  Chosen chosen{.count = boots.size()};
  chosen.has_stray_map = boots.size() > 1 && !begins_with_banner(log, boots.front());
  if (options.boot) {
    if (*options.boot == 0 || *options.boot > boots.size()) {
      return Error{.message = "there is no boot " + std::to_string(*options.boot) +
                              ": the log holds " + std::to_string(boots.size()) +
                              (boots.size() == 1 ? " boot" : " boots") + ", counted from 1",
                   .origin = {.file = source.name}};
    }
    chosen.index = *options.boot - 1;
    chosen.boot = boots[chosen.index];
    chosen.read = read_boot(log, chosen.boot, options);
    if (!chosen.read.errors.empty()) return std::move(chosen.read.errors);
    if (!chosen.read.has_map())
      return no_map(source, "boot " + std::to_string(*options.boot) + " of the log");
    return chosen;
  }
  for (std::size_t i = boots.size(); i-- > 0;) {
    chosen.index = i;
    chosen.boot = boots[i];
    chosen.read = read_boot(log, boots[i], options);
    if (!chosen.read.errors.empty()) return std::move(chosen.read.errors);
    if (chosen.read.has_map()) return chosen;
  }
  return no_map(source, "the log");
}

}  // namespace

Result<Machine> read_dmesg(const Source& source, const ReadOptions& options) {
  const auto log = LogText::open(source, options.side);
  if (!log.ok()) return log.errors();
  auto chosen = choose_boot(*log, source, options);
  if (!chosen.ok()) return chosen.errors();
  Machine machine = std::move(chosen->read.machine);
  if (chosen->count > 1) {
    std::string note = "the log holds " + std::to_string(chosen->count) + " boots; boot " +
                       std::to_string(chosen->index + 1) + " was read";
    if (!options.boot && chosen->index + 1 < chosen->count) note += ", the last with a memory map";
    machine.notes.insert(machine.notes.begin(), note + " (choose with --boot N)");
    if (chosen->boot.preamble == 0 && chosen->index == 1 && chosen->has_stray_map) {
      LineCounter counter(*log);
      machine.notes.push_back(at_line(*log, counter.number_at(chosen->boot.begin)) +
                              ": entries of a map stand before this line, with which the kernel "
                              "begins; they were taken for another boot's");
    }
  }
  return machine;
}

Result<std::vector<E820LogLine>> read_e820_edits(const Source& source, const ReadOptions& options) {
  const auto log = LogText::open(source, options.side);
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
