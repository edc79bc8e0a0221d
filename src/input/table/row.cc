#include "input/table/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/suggest.h"
#include "input/firmware/efi_stub.h"
#include "input/table/types.h"
#include "input/text/faults.h"
#include "input/text/scan.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

std::string shown(std::uint64_t start, std::uint64_t size) {
  return fmt::format("{:#x}-{:#x}", start, start + size - 1);
}

// What a type that is the printer's own became, and where it stands.
struct Becomes {
  E820Type type{};
  std::vector<std::string> ranges{};
};

class Maker {
 public:
  Maker(const TableText& table, const std::string& file) : table_(table), file_(file) {}

  Result<Machine> make() {
    for (const TableRow& row : table_.rows) take(row);
    if (faults_.none()) find_overlaps();
    if (!faults_.none()) return faults_.take();
    tell_what_is_missing();
    tell_types();
    if (table_.names == TypeNames::efi) use_efi_map();
    return std::move(machine_);
  }

 private:
  void note(std::string text) { machine_.notes.push_back(std::move(text)); }

  void take(const TableRow& row) {
    const auto size = size_of(row);
    if (!size) {
      faults_.add(error_at(file_, row.line, row.place,
                           row.bound != Bound::size && row.second < row.start
                               ? "the entry ends before it starts"
                               : "the entry reaches beyond 2^64 - 1"));
      return;
    }
    const auto type = type_of(row);
    if (!type) return;
    if (*size == 0) {
      empty_.push_back(row.line.number);
      return;
    }
    if (type->own) {
      std::string name = fmt::format("`{}`", row.word);
      if (row.word.empty()) {
        name = type->name.empty() ? fmt::format("`type {}`", *row.number)
                                  : fmt::format("`type {}` ({})", *row.number, type->name);
      }
      Becomes& own = own_[name];
      own.type = type->type;
      own.ranges.push_back(shown(row.start, *size));
    }
    machine_.firmware_map.push_back({PhysAddr{row.start}, *size, type->type});
    lines_.push_back(&row);
    if (table_.names == TypeNames::efi) take_efi(row, *size);
  }

  // Errors are told; what a printer has of its own and we do not know is reserved.
  std::optional<MeantType> type_of(const TableRow& row) {
    std::optional<MeantType> type;
    if (!row.word.empty()) type = type_of_word(table_.names, row.word);
    if (!type && row.number) type = type_of_number(table_.names, *row.number);
    if (type || !table_.strict) return type ? type : MeantType{E820Type::reserved, true};
    if (row.word.empty()) {
      faults_.add(error_at(
          file_, row.line, row.place,
          row.number ? fmt::format("{} is no number of a type: e820's are 1 (RAM), 2 (reserved), 3 "
                                   "(ACPI data), 4 (ACPI NVS), 5 (unusable), ...",
                                   *row.number)
                     : "has no type"));
    } else {
      faults_.add(error_at(
          file_, row.line, row.word,
          fmt::format(
              "`{}` is no type{}", row.word.substr(0, 40),
              did_you_mean(row.word, e820_words(),
                           fmt::format("there are {}, and the words of firmware and loaders",
                                       fmt::join(e820_words(), ", "))))));
    }
    return std::nullopt;
  }

  void take_efi(const TableRow& row, std::uint64_t size) {
    const auto range = PhysRange::from_size(PhysAddr{row.start}, size);
    const auto by_word = row.word.empty() ? std::nullopt : efi_type_of_word(row.word);
    if (!range || (!by_word && !row.number)) {
      whole_efi_ = false;
      return;
    }
    const auto number = by_word ? *by_word : static_cast<std::uint32_t>(*row.number);
    machine_.efi_map.push_back({*range, number, row.attributes});
  }

  void find_overlaps() {
    std::vector<std::size_t> order(lines_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const E820Entries& map = machine_.firmware_map;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return map[i].addr; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const E820Entry& before = map[order[i - 1]];
      const E820Entry& after = map[order[i]];
      if (raw(after.addr) - raw(before.addr) >= before.size) continue;
      const TableRow& at = *lines_[order[i]];
      faults_.add(error_at(
          file_, at.line, at.place,
          fmt::format("overlaps the entry of line {}: a line is damaged, belongs to another "
                      "table, or the column is not `{}`",
                      lines_[order[i - 1]]->line.number, column_of(at.bound))));
    }
  }

  void tell_what_is_missing() {
    const std::vector<TableRow>& rows = table_.rows;
    if (table_.announced && *table_.announced != rows.size()) {
      note(fmt::format("the table announces {} entries, {} {} there", *table_.announced,
                       rows.size(), rows.size() == 1 ? "is" : "are"));
    }
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const auto before = rows[i - 1].index;
      const auto now = rows[i].index;
      if (!before || !now || *now == *before + 1) continue;
      note(fmt::format("line {}: entry {} follows entry {}: the table is not whole",
                       rows[i].line.number, *now, *before));
    }
    if (!rows.empty() && rows.front().index.value_or(0) > 1) {
      note(fmt::format("line {}: the table begins with entry {}: it is not whole",
                       rows.front().line.number, *rows.front().index));
    }
    if (!table_.strangers.empty()) {
      note(fmt::format("line {}{} within the table {} read", table_.strangers.front(),
                       table_.strangers.size() == 1
                           ? ""
                           : fmt::format(" and {} more", table_.strangers.size() - 1),
                       table_.strangers.size() == 1 ? "was not" : "were not"));
    }
    for (const std::size_t line : empty_)
      note(fmt::format("line {}: an entry of length 0 was left out", line));
    const auto lowest = std::ranges::min_element(machine_.firmware_map, {}, &E820Entry::addr);
    if (lowest == machine_.firmware_map.end()) return;
    if (raw(lowest->addr) >= kMiB) {
      note(fmt::format("the table begins at {:#x}: it is a part of a machine's map only",
                       raw(lowest->addr)));
    } else if (machine_.firmware_map.size() > 1 &&
               std::ranges::all_of(machine_.firmware_map,
                                   [](const E820Entry& e) { return e.end() <= kMiB; })) {
      note("the table ends below 1 MiB: it is a part of a machine's map only");
    } else if (machine_.firmware_map.size() == 1) {
      note("the table has one entry: it is a part of a machine's map only");
    }
    if (std::ranges::none_of(machine_.firmware_map,
                             [](const E820Entry& e) { return is_kernel_ram(e.type); }))
      note("the table has no RAM");
  }

  void tell_types() {
    for (const auto& [name, own] : own_) {
      constexpr std::size_t kShown = 3;
      const std::size_t more = own.ranges.size() - std::min(own.ranges.size(), kShown);
      const std::vector<std::string> first(own.ranges.begin(),
                                           own.ranges.end() - static_cast<std::ptrdiff_t>(more));
      note(fmt::format("{} is {} own and no type of e820's: taken as {} ({}{})", name,
                       table_.whose.empty() ? "the printer's" : table_.whose, e820_word(own.type),
                       fmt::join(first, ", "), more == 0 ? "" : fmt::format(" and {} more", more)));
    }
  }

  // As the kernel is given it: touching pieces of one type are one entry.
  void use_efi_map() {
    machine_.firmware = Firmware::efi;
    note(
        "the table is EFI's memory map; the e820 table was made of it by the rules of the kernel's "
        "EFI stub");
    if (!whole_efi_) {
      machine_.efi_map.clear();
      return;
    }
    machine_.firmware_map = e820_of_efi_map(machine_.efi_map, true);
  }

  const TableText& table_;
  const std::string& file_;
  Faults faults_;
  Machine machine_{};
  std::vector<const TableRow*> lines_{};  // of each entry of the map
  std::vector<std::size_t> empty_{};
  std::map<std::string, Becomes> own_{};
  bool whole_efi_ = true;
};

}  // namespace

std::string_view column_of(Bound bound) {
  switch (bound) {
    case Bound::end:
      return "end";
    case Bound::last:
      return "last";
    case Bound::size:
      break;
  }
  return "size";
}

std::optional<std::uint64_t> announced_in(std::string_view line) {
  for (const std::string_view word : {"entries", "items", "regions"}) {
    const std::size_t at = line.find(word);
    if (at == line.npos) continue;
    std::string_view before = trim(line.substr(0, at));
    std::size_t digits = 0;
    while (digits < before.size() && is_digit(before[before.size() - 1 - digits])) ++digits;
    before.remove_prefix(before.size() - digits);
    if (const auto number = take_decimal(before)) return number;
    std::string_view after = line.substr(at + word.size());
    while (!after.empty() && !is_letter(after[0]) && !is_digit(after[0])) after.remove_prefix(1);
    if (const auto number = take_decimal(after)) return number;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> size_of(const TableRow& row) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  if (row.bound == Bound::size) {
    if (row.second > kMost - row.start) return std::nullopt;
    return row.second;
  }
  if (row.second < row.start) return std::nullopt;
  if (row.bound == Bound::end) return row.second - row.start;
  if (row.second == kMost) return std::nullopt;
  return row.second - row.start + 1;
}

Result<Machine> machine_of_table(const TableText& table, const std::string& file) {
  return Maker(table, file).make();
}

}  // namespace memmap::input
