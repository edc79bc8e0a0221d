#include "input/map/sysfs_entries.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <utility>

#include "base/number.h"
#include "base/suggest.h"
#include "input/text/faults.h"
#include "input/text/lines.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

// The one line of the file. tar(1) pads what it reads from sysfs with zero bytes to the 4096 that
// the file claims to have.
Line only_line(const EntryFile& file) {
  std::string_view text = file.content;
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return Line{1, trimmed(text)};
}

std::optional<std::uint64_t> address(const EntryFile& file, Faults& faults) {
  const Line line = only_line(file);
  const auto value = parse_hex(line.text);
  if (value) return *value;
  faults.add(error_at(file.name, line, line.text, value.errors()[0].message));
  return std::nullopt;
}

std::optional<E820Type> type(const EntryFile& file, Faults& faults) {
  const Line line = only_line(file);
  if (const auto known = e820_type_of_resource(line.text)) return known;
  faults.add(error_at(file.name, line, line.text,
                      "is no type of memory that the kernel prints here" +
                          did_you_mean(line.text, e820_resource_names())));
  return std::nullopt;
}

std::optional<E820Entry> entry(const EntryFiles& files, Faults& faults) {
  const auto missing = [&](std::string_view file) {
    faults.add(Error{.message = fmt::format("the entry has no file `{}`", file),
                     .origin = {.file = files.name}});
  };
  if (!files.start) missing("start");
  if (!files.end) missing("end");
  if (!files.type) missing("type");
  const auto start = files.start ? address(*files.start, faults) : std::nullopt;
  const auto last = files.end ? address(*files.end, faults) : std::nullopt;
  const auto kind = files.type ? type(*files.type, faults) : std::nullopt;
  if (!start || !last || !kind) return std::nullopt;
  const std::uint64_t from = start.value_or(0), to = last.value_or(0);
  const bool whole_space = from == 0 && to == std::numeric_limits<std::uint64_t>::max();
  if (to < from || whole_space) {
    const Line line = only_line(*files.end);
    faults.add(error_at(files.end->name, line, line.text,
                        whole_space
                            ? std::string("the entry covers the whole 64-bit space")
                            : fmt::format("the last byte lies before the start, {:#x}", from)));
    return std::nullopt;
  }
  return E820Entry{.addr = PhysAddr{from}, .size = to - from + 1, .type = *kind};
}

}  // namespace

Result<SysfsMap> map_of_folders(const std::string& name, const EntryFolders& folders) {
  Faults faults;
  SysfsMap map;
  if (folders.empty()) {
    return Error{.message = "holds no entry 0, 1, 2 ... with start, end and type",
                 .origin = {.file = name}};
  }
  std::uint64_t next = 0;
  std::size_t unknown = 0;
  for (const auto& [number, files] : folders) {
    if (number != next) {
      faults.add(Error{.message = number == next + 1 ? fmt::format("entry {} is missing", next)
                                                     : fmt::format("entries {} to {} are missing",
                                                                   next, number - 1),
                       .origin = {.file = name}});
    }
    next = number + 1;
    if (const auto read = entry(files, faults)) {
      map.entries.push_back(*read);
      unknown += read->type == kUnknownE820Type ? 1 : 0;
    }
  }
  if (!faults.none()) return faults.take();
  if (unknown > 0) {
    map.notes.push_back(
        fmt::format("{} of type `{}`: the kernel does not tell the number; taken as type {}",
                    unknown == 1 ? "1 entry is" : fmt::format("{} entries are", unknown),
                    kUnknownE820Name, raw(kUnknownE820Type)));
  }
  return map;
}

Machine machine_of(SysfsMap map) {
  Machine machine;
  machine.firmware_map = std::move(map.entries);
  machine.notes = std::move(map.notes);
  return machine;
}

}  // namespace memmap::input
