#include "input/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "base/suggest.h"
#include "input/firmware/boot_params.h"
#include "input/firmware/etc_e820.h"
#include "input/log/dmesg.h"
#include "input/machine/machine_folder.h"
#include "input/map/c_array.h"
#include "input/map/elf_core.h"
#include "input/map/exactmap.h"
#include "input/map/iomem.h"
#include "input/map/mtree.h"
#include "input/map/synthetic.h"
#include "input/map/sysfs.h"
#include "input/map/sysfs_tar.h"
#include "input/scenario/json.h"
#include "input/scenario/scenario.h"
#include "input/table/no_maps.h"
#include "input/table/table.h"
#include "input/text/paper.h"

namespace memmap::input {
namespace {

// A lower score says: it looks a little so, but it is not; its reason is worth telling.
constexpr int kLowestAccepted = 20;
// Above it the text is not looked at for what else it may be.
constexpr int kCertain = 40;

// clang-format off
constexpr Format kFormats[] = {
    // id, what it is, summary, example, how it is known and read, whether it holds several boots, whether a diff of two
    {"dmesg",       Takes::file,   "a boot log: dmesg, journalctl -k, syslog, a serial console",               "dmesg | memmap simulate -",                          recognise_dmesg,          read_dmesg,          true, true},
    {"sysfs",       Takes::folder, "the folder /sys/firmware/memmap",                                          "memmap simulate /sys/firmware/memmap",               recognise_sysfs,          read_sysfs},
    {"machine",     Takes::either, "files gathered from one machine: a folder, or a tar of it, packed or not", "memmap simulate --machine DIR",                      recognise_machine_folder, read_machine_source, true, true},
    {"sysfs-tar",   Takes::file,   "a tar of /sys/firmware/memmap, packed or not",                             "memmap simulate memmap.tar.gz",                      recognise_sysfs_tar,      read_sysfs_tar},
    {"boot-params", Takes::file,   "the zero page, /sys/kernel/boot_params/data",                              "memmap simulate /sys/kernel/boot_params/data",       recognise_boot_params,    read_boot_params},
    {"elf-core",    Takes::file,   "an ELF memory dump (dump-guest-memory, vmcore)",                           "memmap simulate guest.elf",                          recognise_elf_core,       read_elf_core},
    {"mtree",       Takes::file,   "QEMU's `info mtree`, with -f or without",                                  "memmap simulate mtree.txt",                          recognise_mtree,          read_mtree},
    {"iomem",       Takes::file,   "/proc/iomem, read as root",                                                "sudo cat /proc/iomem | memmap simulate -",           recognise_iomem,          read_iomem},
    {"etc-e820",    Takes::file,   "QEMU's fw_cfg file etc/e820",                                              "memmap simulate etc-e820.bin",                       recognise_etc_e820,       read_etc_e820},
    {"scenario",    Takes::file,   "a machine in YAML, written by hand or by convert",                         "memmap simulate machine.yaml",                       recognise_scenario,       read_scenario},
    {"json",        Takes::file,   "the same in JSON",                                                         "memmap simulate machine.json",                       recognise_json,           read_json},
    {"synthetic",   Takes::file,   "a map in one line",                                                        "echo ram:640K hole:384K ram:3G | memmap simulate -", recognise_synthetic,      read_synthetic},
    {"exactmap",    Takes::file,   "memmap=exactmap parameters",                                               "memmap simulate parameters.txt",                     recognise_exactmap,       read_exactmap},
    {"c-array",     Takes::file,   "struct boot_e820_entry[] in C",                                            "memmap simulate map.c",                              recognise_c_array,        read_c_array},
    {"table",       Takes::file,   "what firmware, loaders, other kernels print (or give --columns)",          "memmap simulate table.txt",                          recognise_table,          read_table,           true},
};
// clang-format on

constexpr const Format& kTable = *(std::end(kFormats) - 1);

Error fault(const Source& source, std::string message) {
  return Error{.message = std::move(message), .origin = {.file = source.name}};
}

std::string_view kind_of(const Source& source) {
  return source.is_folder() ? "a folder" : "a file";
}

bool takes(const Format& format, const Source& source) {
  return format.takes == Takes::either || (format.takes == Takes::folder) == source.is_folder();
}

struct Candidate {
  const Format* format = nullptr;
  Recognition recognition{};
};

// Best first; equals in the table's order.
std::vector<Candidate> candidates(const Source& source) {
  constexpr int kUnmistakable = 90;
  std::vector<Candidate> out;
  bool certain = false;
  for (const Format& format : kFormats) {
    // It is the last to be asked, and looks at each line with many eyes.
    if (!takes(format, source) || (certain && &format == &kTable)) continue;
    out.push_back({&format, format.recognise(source)});
    certain = certain || out.back().recognition.score >= kUnmistakable;
  }
  std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.recognition.score > b.recognition.score;
  });
  return out;
}

Result<Machine> unknown_format(const Source& source, std::string_view id) {
  std::vector<std::string_view> ids;
  for (const Format& format : kFormats) ids.push_back(format.id);
  return fault(
      source,
      fmt::format("`{}` is no input format{}", id,
                  did_you_mean(id, ids, fmt::format("there are {}", fmt::join(ids, ", ")))));
}

// Names the formats that nearly fit; where none does, all that take a file (or a folder).
Error unrecognised(const Source& source, const std::vector<Candidate>& ranked) {
  std::string reasons;
  const bool any_near = !ranked.empty() && ranked.front().recognition.score > 0;
  for (const Candidate& c : ranked) {
    if (any_near && c.recognition.score == 0) break;
    reasons +=
        fmt::format("{}`{}`: {}", reasons.empty() ? "" : "; ", c.format->id, c.recognition.reason);
  }
  return fault(source, fmt::format("is in no known format ({})", reasons));
}

// Lines of text, none of which a format knows: they may be a table of a printer that is not known, and
// else the line that came closest tells more than what each format lacks.
bool is_text(const Source& source) {
  return !source.is_folder() && source.bytes.find('\0') == std::string::npos;
}

// Of a format that has not several boots, or no sides.
Errors one_log(const Source& source, const ReadOptions& options, std::string_view id, bool boots,
               bool sides) {
  Errors out;
  for (const auto& [idle, option] :
       {std::pair{options.boot && !boots, "--boot"}, std::pair{options.side && !sides, "--side"}}) {
    if (idle)
      out.push_back(
          fault(source, fmt::format("{} has no effect on a source of format `{}`", option, id)));
  }
  return out;
}

// Of types that the kernel has no name for but their makers have.
void explain_types(Machine& machine) {
  constexpr E820Type kCorebootTables{16};
  const bool has = std::ranges::any_of(
      machine.firmware_map, [](const E820Entry& e) { return e.type == kCorebootTables; });
  if (has) {
    machine.notes.emplace_back(
        "type 16 is coreboot's tables: the kernel has no name for it, and it is no RAM");
  }
}

Result<Machine> read_as(const Format& format, const Source& source, const ReadOptions& options) {
  Errors idle = one_log(source, options, format.id, format.boots, format.sides);
  if (!idle.empty()) return idle;
  auto machine = format.read(source, options);
  if (!machine) return machine.errors();
  if (machine->firmware_map.size() > limit_of(Limit::map_entries)) {
    return fault(source, fmt::format("its map has {} entries: {}", machine->firmware_map.size(),
                                     beyond(Limit::map_entries, machine->firmware_map.size())));
  }
  machine->source = source.name;
  machine->format = format.id;
  explain_types(*machine);
  return machine;
}

Result<Machine> read_unknown(const Source& source, const std::vector<Candidate>& ranked,
                             const ReadOptions& options) {
  if (!is_text(source)) return unrecognised(source, ranked);
  auto machine = read_as(kTable, source, options);
  if (machine) return machine;
  if (ranked.front().recognition.score > 0) return unrecognised(source, ranked);
  Errors errors = machine.errors();
  errors.front().message += "; `memmap formats` lists what else is read";
  return errors;
}

// Forced: the format's own errors, and first of all that it does not look like that format.
Result<Machine> read_forced(const Format& format, const Source& source,
                            const ReadOptions& options) {
  if (!takes(format, source)) {
    return fault(source,
                 fmt::format("is {}, which format `{}` does not read", kind_of(source), format.id));
  }
  auto machine = read_as(format, source, options);
  if (machine || options.columns) return machine;
  const Recognition recognition = format.recognise(source);
  if (recognition.score >= kLowestAccepted) return machine;
  Errors errors{
      fault(source, fmt::format("does not look like `{}`: {}", format.id, recognition.reason))};
  append(errors, machine.errors());
  return errors;
}

Result<Machine> read_with(OtherFormat& reader, const Source& source, const ReadOptions& options) {
  Errors idle = one_log(source, options, reader.id(), false, false);
  if (!idle.empty()) return idle;
  if (source.is_folder()) {
    return fault(source, fmt::format("is a folder, which plugin `{}` does not read", reader.id()));
  }
  auto machine = reader.read(source);
  if (!machine) return machine.errors();
  machine->source = source.name;
  machine->format = reader.id();
  return machine;
}

// Of the readers outside the table the one that is surest; nullptr: none is.
Result<OtherFormat*> surest(OtherFormats& others, const Source& source) {
  OtherFormat* best = nullptr;
  int score = kLowestAccepted - 1;
  for (OtherFormat* reader : others.all()) {
    const auto recognition = reader->recognise(source);
    if (!recognition) return recognition.errors();
    if (recognition->score <= score) continue;
    score = recognition->score;
    best = reader;
  }
  return best;
}

Result<Machine> read_named(const std::string& id, const Source& source,
                           const ReadOptions& options) {
  const auto it = std::find_if(std::begin(kFormats), std::end(kFormats),
                               [&](const Format& f) { return f.id == id; });
  if (it != std::end(kFormats)) return read_forced(*it, source, options);
  if (options.others == nullptr) return unknown_format(source, id);
  const auto other = options.others->find(id);
  if (!other) return other.errors();
  return *other == nullptr ? unknown_format(source, id) : read_with(**other, source, options);
}

// Logs undo such things themselves, and more; other formats are files as programs wrote them.
std::optional<Source> without_carriers(const Source& source, const ReadOptions& options) {
  constexpr std::size_t kLongest = std::size_t{4} << 20;
  constexpr std::string_view kPasted[] = {"iomem", "mtree", "table"};
  if (source.is_folder() || source.bytes.size() > kLongest) return std::nullopt;
  if (!options.columns) {
    const Candidate best = candidates(source).front();
    const std::string_view id =
        options.format ? std::string_view(*options.format) : best.format->id;
    const bool unknown = !options.format && best.recognition.score < kLowestAccepted;
    if (!unknown && std::ranges::find(kPasted, id) == std::end(kPasted)) return std::nullopt;
  }
  auto text = without_encodings(source.bytes);
  if (!text || text->find('\0') != std::string::npos) return std::nullopt;
  return Source{.name = source.name, .bytes = *std::move(text)};
}

Result<Machine> read_plain(const Source& source, const ReadOptions& options) {
  if (options.columns && options.format.value_or(std::string(kTable.id)) != kTable.id) {
    return fault(source, fmt::format("--columns has no effect on format `{}`: it is for `{}`",
                                     *options.format, kTable.id));
  }
  if (options.columns) return read_forced(kTable, source, options);
  if (options.format) return read_named(*options.format, source, options);
  const std::vector<Candidate> ranked = candidates(source);
  if (ranked.front().recognition.score < kLowestAccepted) {
    if (options.others == nullptr || source.is_folder())
      return read_unknown(source, ranked, options);
    const auto other = surest(*options.others, source);
    if (!other) return other.errors();
    if (*other == nullptr) return read_unknown(source, ranked, options);
    return read_with(**other, source, options);
  }
  if (ranked.front().recognition.score < kCertain && is_text(source)) {
    if (auto known = known_as_no_map(source)) return *std::move(known);
  }
  return read_as(*ranked.front().format, source, options);
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

Result<Machine> read_machine(const Source& source, const ReadOptions& options) {
  const auto plain = without_carriers(source, options);
  if (!plain) return read_plain(source, options);
  auto machine = read_plain(*plain, options);
  if (!machine) return machine;
  machine->notes.emplace_back(
      "what a mail, a web page or an editor did to the text was undone before it was read");
  return machine;
}

Result<Machine> read_machine(const std::string& path, const ReadOptions& options) {
  const auto source = open_source(path);
  if (!source) return source.errors();
  return read_machine(*source, options);
}

}  // namespace memmap::input
