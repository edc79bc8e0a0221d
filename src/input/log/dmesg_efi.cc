#include "input/log/dmesg_efi.h"

#include "input/log/dmesg_e820.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kSpecialPurpose = 1ull << 18;  // EFI_MEMORY_SP

struct TypeName {
  std::string_view text;
  std::uint32_t type;
};
// kernel: memory_type_name[], drivers/firmware/efi/efi.c; the shorter names since v5.10
constexpr TypeName kTypeNames[] = {
    {"Reserved", 0},
    {"Loader Code", 1},
    {"Loader Data", 2},
    {"Boot Code", 3},
    {"Boot Data", 4},
    {"Runtime Code", 5},
    {"Runtime Data", 6},
    {"Conventional", 7},
    {"Conventional Memory", 7},
    {"Unusable", 8},
    {"Unusable Memory", 8},
    {"ACPI Reclaim", 9},
    {"ACPI Reclaim Memory", 9},
    {"ACPI Mem NVS", 10},
    {"ACPI Memory NVS", 10},
    {"MMIO", 11},
    {"Memory Mapped I/O", 11},
    {"MMIO Port", 12},
    {"MMIO Port Space", 12},
    {"PAL Code", 13},
    {"Persistent", 14},
    {"Persistent Memory", 14},
    {"Unaccepted", 15},
};

struct AttributeName {
  std::string_view text;
  std::uint64_t bit;
};
// kernel: efi_md_typeattr_format(), drivers/firmware/efi/efi.c, v6.12
constexpr AttributeName kAttributeNames[] = {
    {"RUN", 1ull << 63}, {"HP", 1ull << 20}, {"CC", 1ull << 19}, {"SP", kSpecialPurpose},
    {"RO", 1ull << 17},  {"MR", 1ull << 16}, {"NV", 1ull << 15}, {"XP", 1ull << 14},
    {"RP", 1ull << 13},  {"WP", 1ull << 12}, {"UCE", 1ull << 4}, {"WB", 8},
    {"WT", 4},           {"WC", 2},          {"UC", 1},
};

std::optional<std::uint32_t> type_of(std::string_view name) {
  for (const TypeName& known : kTypeNames) {
    if (name == known.text) return known.type;
  }
  if (!eat(name, "type=")) return std::nullopt;
  const auto number = take_decimal(name);
  if (!number || *number > 0xffffffffu || !name.empty()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::optional<std::uint64_t> attribute_of(std::string_view name) {
  if (name.empty()) return 0;
  for (const AttributeName& known : kAttributeNames) {
    if (name == known.text) return known.bit;
  }
  if (!eat(name, "attr=")) return std::nullopt;
  const auto bits = take_hex(name);
  return bits && name.empty() ? bits : std::nullopt;
}

// What is wrong, and the part of the line where it is.
struct Fault {
  std::string message;
  std::string_view part;
};

// `[Conventional|   |WB|WT|WC|UC] range=[0x0-0xfff] (0MB)` or `type=7, attr=0xf, range=[0x0-0x1000)
// (0MB)`.
std::optional<Fault> read_descriptor(std::string_view rest, EfiMemory& out) {
  const std::string_view all = rest;
  const bool modern = eat(rest, "[");
  const std::string_view separators = modern ? "|]" : ",";
  const std::string_view type_name = trim(take_until(rest, separators));
  const auto type = type_of(type_name);
  if (!type) return Fault{"unknown EFI memory type", type_name.empty() ? all : type_name};
  out.type = *type;
  while (!rest.empty() && rest[0] != ']' && !rest.starts_with("range=")) {
    rest = skip_blanks(rest.substr(1));
    if (rest.substr(0, 6) == "range=") break;
    const std::string_view name = trim(take_until(rest, separators));
    const auto bits = attribute_of(name);
    if (!bits) return Fault{"unknown attribute of EFI memory", name.empty() ? all : name};
    out.attributes |= *bits;
  }
  eat(rest, "]");
  rest = skip_blanks(rest);
  const std::string_view range_text = rest;
  const auto range = eat(rest, "range=") ? take_range(rest) : std::nullopt;
  if (!range) {
    return Fault{"the range of the EFI memory is missing or cut; expected `range=[0xSTART-0xEND]`",
                 range_text.empty() ? all : range_text};
  }
  const PhysAddr start{range->start};
  const auto whole = range->empty ? PhysRange::from_size(start, 0)
                                  : PhysRange::from_inclusive(start, PhysAddr{range->last});
  if (!whole) return Fault{"the EFI memory ends before it starts", range_text};
  out.range = *whole;
  return std::nullopt;
}

}  // namespace

void EfiMapReader::line(const LogLine& line) {
  std::string_view rest = line.text;
  if (done_ || (!eat(rest, "efi: mem") && !eat(rest, "EFI: mem"))) return;
  if (rest.empty() || !is_digit(rest[0])) return;  // `efi: memattr: ...`
  const auto index = take_decimal(rest);
  if (!index || !eat(rest, ":")) return;
  // kernel: efi_clean_memmap() lists what it drops
  if (rest.size() > 9 && trim(rest).substr(trim(rest).size() - 9) == "(invalid)") return;
  if (*index == 0 && next_index_ > 0) {
    done_ = true;
    return;
  }
  rest = trim(rest);
  if (*index != next_index_) {
    faults_.at(line, line.text.substr(0, line.text.size() - rest.size()),
               "EFI memory " + std::to_string(next_index_) + " is missing before this line");
  }
  next_index_ = *index + 1;
  EfiMemory memory;
  if (const auto fault = read_descriptor(rest, memory)) {
    faults_.at(line, fault->part.empty() ? line.text : fault->part, fault->message);
    return;
  }
  map_.push_back(memory);
}

}  // namespace memmap::input
